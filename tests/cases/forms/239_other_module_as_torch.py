# expect: safe
import mytorch as torch

state = torch.load("model.pt")
