# expect: unsafe LG001
import torch


def apply(function, path, safe):
    if safe:
        return function(path, weights_only=True)
    return function(path)


def spread(function, paths):
    function(paths[0], weights_only=True)
    return map(function, paths)


state = apply(torch.load, "model.pt", 1)  # site
states = spread(torch.load, ["model.pt"])  # site
