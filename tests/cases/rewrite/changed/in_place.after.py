# rewrite: mmap weights_only
torch.load(p, mmap=True, weights_only=True)
torch.load(p, mmap=True, weights_only=True, map_location="cpu")
torch.load(p, mmap=True, weights_only=True)
torch.load(p, mmap=True, weights_only = True)
