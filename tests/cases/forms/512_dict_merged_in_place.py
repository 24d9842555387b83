# expect: unsafe LG001
import torch

READERS = {".txt": open}
READERS |= {".pt": torch.load}
state = READERS[".pt"]("model.pt")  # site
