# rewrite: weights_only
a, b = torch.load(p, weights_only=True), torch.load(p, weights_only=True)
with torch.load(p, weights_only=True) as c, torch.load(p, weights_only=True):
    pass
