# expect: unsafe LG001
import torch
torch.ｌｏａｄ("x.pt")  # site
