# rewrite: weights_only
torch.load(p, **kwargs)
torch.load(p, **(kwargs or {}))
