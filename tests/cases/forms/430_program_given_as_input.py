# expect: unsafe LG001
import subprocess, sys
subprocess.run([sys.executable], input="import torch; torch.load('x')", text=True)  # site
