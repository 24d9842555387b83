# expect: safe
import torch
from collections import defaultdict
d = defaultdict(lambda: torch.load)
m = d["x"]("a", weights_only=True)
