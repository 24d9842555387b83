# rewrite: weights_only
torch.load(  # a
    p,  # b, c)
    # d
    map_location="cpu",  # e
    # f
)
torch.load(
    p,
    map_location="cpu"  # last
    # more )
)
torch.load(
    p  # only
)
