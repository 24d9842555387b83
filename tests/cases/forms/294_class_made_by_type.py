# expect: unsafe LG001
import torch

Reader = type("Reader", (), {"read": staticmethod(torch.load)})
state = Reader.read("model.pt")  # site
