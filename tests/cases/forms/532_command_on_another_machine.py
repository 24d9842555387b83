# expect: unsafe LG001
import subprocess

subprocess.run(["ssh", "host", "python -c \"import torch; torch.load('model.pt')\""])  # site
