# expect: unsafe LG001
import torch
read = torch.compiler.disable(torch.load)
state = read("model.pt")  # site
