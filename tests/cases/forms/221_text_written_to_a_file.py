# expect: safe
from pathlib import Path

Path("script.py").write_text("import torch; torch.load('model.pt')")
