# rewrite: weights_only
torch.load(p, **{"map_location": d, **more})
torch.load(p, **{key: d})
