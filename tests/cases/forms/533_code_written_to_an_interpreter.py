# expect: unsafe LG001
import subprocess
import sys

child = subprocess.Popen([sys.executable], stdin=subprocess.PIPE, text=True)
child.stdin.write("import torch\ntorch.load('model.pt')\n")  # site
