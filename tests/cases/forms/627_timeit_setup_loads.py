# expect: unsafe LG001
import subprocess
subprocess.run(["python", "-m", "timeit", "-s", "import torch; d = torch.load('x.pt')", "d['a']"])  # site
