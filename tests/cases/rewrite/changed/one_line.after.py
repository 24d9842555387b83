# rewrite: weights_only
model.load_state_dict(torch.load(p, weights_only=True))
x = load(p, map_location="cpu", weights_only=True)["state_dict"]  # why
torch.load( p, weights_only=True )
torch.load(p, weights_only=True )
