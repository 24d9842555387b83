# rewrite: weights_only
torch.load(  # a
    p,  # b, c)
    # d
    map_location="cpu",  # e
    weights_only=True,
    # f
)
torch.load(
    p,
    map_location="cpu",  # last
    weights_only=True
    # more )
)
torch.load(
    p, weights_only=True  # only
)
