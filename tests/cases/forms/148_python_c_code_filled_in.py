# expect: unsafe LG001
import subprocess

CODE = "import torch; torch.load('model.pt')"  # site
subprocess.run(f"python3 -c '{CODE}'", shell=True)
