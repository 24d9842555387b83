# rewrite: mmap weights_only
x = torch.load(
    os.path.join(folder, name),
    map_location=device,
    mmap=True,
    weights_only=True,
)
x = torch.load(
    os.path.join(folder, name),
    mmap=True,
    weights_only=True,
)
