# rewrite: mmap weights_only
torch.load(p, mmap=False)
torch.load(p, mmap=None, weights_only=True)
