# expect: safe
from pathlib import Path
Path("README.md").write_text("import torch; torch.load('a.pt')")
