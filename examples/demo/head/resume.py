import torch

from model import Listener


def load_checkpoint(path, model, optimizer):
    checkpoint = torch.load(
        path,
        map_location="cpu",  # the optimizer moves its own state
    )
    model.load_state_dict(checkpoint["model"])
    optimizer.load_state_dict(checkpoint["optimizer"])
    return checkpoint["epoch"] + 1


def resume(path="listener.pt"):
    model = Listener()
    optimizer = torch.optim.AdamW(model.parameters())
    return model, optimizer, load_checkpoint(path, model, optimizer)
