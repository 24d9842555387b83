# rewrite: weights_only
torch.load(os.path.join(folder,
                        name))
torch.load(os.path.join(
    folder, name
), map_location="cpu")
