# expect: unsafe LG001
import subprocess, sys
subprocess.run([sys.executable, "-"], input=b"import torch; torch.load('x')")  # site
