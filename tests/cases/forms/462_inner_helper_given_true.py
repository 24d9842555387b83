# expect: safe
import torch
def main(paths):
    def read(p, wo):
        return torch.load(p, weights_only=wo)
    return [read(p, True) for p in paths]
