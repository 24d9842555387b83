# expect: unsafe LG001
import subprocess
import sys

subprocess.check_output([sys.executable, "-u", "-W", "ignore", "-c", "import torch; torch.load('a.pt')"])  # site
