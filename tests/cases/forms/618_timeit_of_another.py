# expect: safe
import subprocess, sys
subprocess.run([sys.executable, "-m", "timeit", "-s", "from json import load", "load(open('x.pt'))"])
