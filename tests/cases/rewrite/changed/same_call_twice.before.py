# rewrite: weights_only
a, b = torch.load(p), torch.load(p)
with torch.load(p) as c, torch.load(p):
    pass
