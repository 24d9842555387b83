# expect: safe
import torch

READERS, steps = {}, []
READERS.update(pt=torch.load)
READERS.setdefault("pth", torch.load)
steps.append(torch.load)
states = [READERS["pt"]("a.pt", weights_only=True), READERS["pth"]("b.pth", weights_only=True)]
for step in steps:
    state = step("model.pt", weights_only=True)
