# rewrite: weights_only
x = (torch
     .load(p, weights_only=True)
     ["model"])
y = (torch.load)(p, weights_only=True)
