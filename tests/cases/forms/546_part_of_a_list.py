# expect: unsafe LG001
import torch

readers = [open] + [torch.load]
text = readers[:1][0]("model.txt")
state = readers[-1:][0]("model.pt")  # site
