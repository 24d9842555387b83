# rewrite: weights_only
torch.load(p for p in paths)
