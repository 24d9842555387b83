# rewrite: weights_only
x = torch.load(
    os.path.join(folder, name), map_location=device
)["model"]
x = torch.load(
    p
)
