# rewrite: weights_only
torch.load(
    p,
    map_location="cpu"
)
