# rewrite: weights_only
torch.load()
