# expect: unsafe LG001
import torch
l = []
k = l
k.append(torch.load)
m = l[0]("a")  # site
