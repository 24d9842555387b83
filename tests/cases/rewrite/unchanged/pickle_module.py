# rewrite: weights_only
torch.load(p, pickle_module=dill)
torch.load(p, map_location="cpu", pickle_module=pickle, encoding="latin1")
