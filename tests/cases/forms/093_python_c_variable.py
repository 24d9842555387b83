# expect: unsafe LG001
import subprocess

SCRIPT = "import torch\ntorch.load('model.pt')"  # site
subprocess.check_call(["python", "-c", SCRIPT])
