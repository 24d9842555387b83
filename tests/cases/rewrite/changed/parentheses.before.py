# rewrite: weights_only
x = (torch
     .load(p)
     ["model"])
y = (torch.load)(p)
