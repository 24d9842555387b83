import torch

from model import Listener


def load_listener():
    model = Listener()
    model.load_state_dict(torch.load("weights.pt", map_location="cpu"))
    return model.eval()


def load_anything(path):
    model = torch.load(path)
    model.eval()
    return model
