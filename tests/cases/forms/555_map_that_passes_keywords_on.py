# expect: unsafe LG001
import dask.bag
import torch

paths = dask.bag.from_sequence(["a.pt"])
safe = paths.map(torch.load, weights_only=True)
states = paths.map(torch.load, map_location="cpu")  # site
