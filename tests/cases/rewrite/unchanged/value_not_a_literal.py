# rewrite: weights_only
torch.load(p, weights_only=flag)
torch.load(p, weights_only=not safe)
torch.load(p, weights_only=1)
