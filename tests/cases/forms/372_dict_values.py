# expect: unsafe LG001
import torch

for fn in {"t": torch.load}.values():
    fn("model.pt")  # site
