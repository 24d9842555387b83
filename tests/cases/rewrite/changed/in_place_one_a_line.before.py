# rewrite: mmap weights_only
torch.load(
    p,  # where
    weights_only=False,  # for now
    map_location="cpu",
)
