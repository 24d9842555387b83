# expect: unsafe LG001
import os
with open("job.py", "w") as handle:
    handle.write("import torch\nm = torch.load('a.pt')\n")  # site
os.system("python job.py")
