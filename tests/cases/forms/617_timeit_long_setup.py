# expect: unsafe LG001
import subprocess, sys
subprocess.run([sys.executable, "-m", "timeit", "-n", "10", "--setup=from torch import load", "load('x.pt')"])  # site
