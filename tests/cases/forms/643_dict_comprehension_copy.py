# expect: unsafe LG001
import torch
R = {k: v for k, v in {"pt": torch.load, "x": None}.items()}
m = R["pt"]("a")  # site
