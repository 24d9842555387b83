# expect: unsafe LG001
import subprocess, sys
p = subprocess.Popen([sys.executable], stdin=subprocess.PIPE)
p.communicate(b"import torch; torch.load('x')")  # site
