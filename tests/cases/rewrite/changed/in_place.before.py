# rewrite: mmap weights_only
torch.load(p, weights_only=False)
torch.load(p, weights_only=None, map_location="cpu")
torch.load(p, mmap=True, weights_only=0)
torch.load(p, weights_only = (False))
