# expect: unsafe LG001
import subprocess, sys
from pathlib import Path
script = Path("/tmp") / "x.py"
script.write_text("import torch; torch.load('a.pt')")  # site
subprocess.run([sys.executable, str(script)], check=True)
