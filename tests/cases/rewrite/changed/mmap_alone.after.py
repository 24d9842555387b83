# rewrite: mmap
torch.load(p, weights_only=True, mmap=True)
