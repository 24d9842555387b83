# rewrite: weights_only
model.load_state_dict(torch.load(p))
x = load(p, map_location="cpu")["state_dict"]  # why
torch.load( p )
torch.load(p )
