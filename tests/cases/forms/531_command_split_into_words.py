# expect: unsafe LG001
import shlex
import subprocess

subprocess.run(shlex.split("python -c 'import torch; torch.load(\"model.pt\")'"))  # site
