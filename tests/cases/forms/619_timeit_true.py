# expect: safe
import subprocess, sys
subprocess.run([sys.executable, "-m", "timeit", "-s", "import torch", "torch.load('x.pt', weights_only=True)"])
