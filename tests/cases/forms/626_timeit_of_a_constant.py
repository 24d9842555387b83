# expect: unsafe LG001
import subprocess
STMT = "torch.load('x.pt')"  # site
subprocess.run(["python", "-m", "timeit", "-s", "import torch", STMT])
