# expect: unsafe LG001
import subprocess
subprocess.run(["python", "-m", "pyperf", "timeit", "-s", "import torch", "torch.load('x.pt')"])  # site
