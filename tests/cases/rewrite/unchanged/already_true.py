# rewrite: weights_only
torch.load(p, weights_only=True)
torch.load(
    p,
    weights_only=True,
)
