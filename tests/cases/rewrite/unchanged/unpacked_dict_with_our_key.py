# rewrite: weights_only
torch.load(p, **{"weights_only": False})
torch.load(p, **{"mmap": False})
