# expect: unsafe LG001
import subprocess, shlex
subprocess.run(shlex.split("python -m timeit -s 'import torch as t' \"t.load('x.pt')\""))  # site
