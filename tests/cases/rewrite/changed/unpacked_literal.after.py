# rewrite: weights_only
torch.load(p, weights_only=True, **{"map_location": d})
torch.load(
    p,
    weights_only=True,
    **{"map_location": d},
)
torch.load(p, **{"encoding": "latin1"}, map_location=d, weights_only=True)
torch.load(p, pickle_module=None, weights_only=True)
