# rewrite: weights_only
torch.load(os.path.join(folder,
                        name), weights_only=True)
torch.load(os.path.join(
    folder, name
), map_location="cpu", weights_only=True)
