# rewrite: mmap weights_only
x = torch.load(
    os.path.join(folder, name),
    map_location=device,
)
x = torch.load(
    os.path.join(folder, name),
)
