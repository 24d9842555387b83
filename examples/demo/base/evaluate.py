import torch

from model import Listener


def evaluate(sounds):
    model = Listener()
    model.load_state_dict(torch.load("weights.pt", map_location="cpu"))
    model.eval()
    return model(sounds).argmax(dim=-1)
