# expect: unsafe LG001
import subprocess
import sys

subprocess.run([sys.executable, "-c", "import torch; torch.load('model.pt')"], check=True)  # site
