# expect: safe
import sys
sys.stderr.write("torch.load('x.pt') is unsafe")
import subprocess
subprocess.run(["ls"])
