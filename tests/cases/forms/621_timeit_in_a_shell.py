# expect: unsafe LG001
import subprocess
subprocess.run("python -m timeit -s 'import torch as t' \"t.load('x.pt')\"", shell=True)  # site
