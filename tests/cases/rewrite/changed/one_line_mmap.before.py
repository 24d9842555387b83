# rewrite: mmap weights_only
torch.load(p)
torch.load(p, mmap=True)
torch.load(p,)
