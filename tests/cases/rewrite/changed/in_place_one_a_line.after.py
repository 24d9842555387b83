# rewrite: mmap weights_only
torch.load(
    p,  # where
    mmap=True,
    weights_only=True,  # for now
    map_location="cpu",
)
