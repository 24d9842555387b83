# expect: unsafe LG001
from collections import defaultdict

import torch

READERS = defaultdict(lambda: torch.load)
x = READERS[".pt"]("model.pt")  # site
