# rewrite: weights_only
x = torch.load(
    os.path.join(folder, name), map_location=device, weights_only=True
)["model"]
x = torch.load(
    p, weights_only=True
)
