# expect: unsafe LG001
import subprocess

subprocess.run(["bash", "-c", "python -c 'import torch; torch.load(\"model.pt\")'"], check=True)  # site
