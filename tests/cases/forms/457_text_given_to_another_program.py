# expect: safe
import subprocess
p = subprocess.Popen(["cat"], stdin=subprocess.PIPE)
p.communicate(b"torch.load(x) is what you want")
