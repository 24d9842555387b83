# rewrite: weights_only
torch.load(*args)
torch.load(p, *rest)
