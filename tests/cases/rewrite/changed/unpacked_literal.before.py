# rewrite: weights_only
torch.load(p, **{"map_location": d})
torch.load(
    p,
    **{"map_location": d},
)
torch.load(p, **{"encoding": "latin1"}, map_location=d)
torch.load(p, pickle_module=None)
