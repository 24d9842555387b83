# expect: unsafe LG001
import subprocess
cmd = ["python", "-mtimeit", "-simport torch as t", "t.load('x.pt')"]  # site
subprocess.run(cmd)
