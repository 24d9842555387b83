# expect: unsafe LG001
import torch


def with_state(state):
    return lambda f: f


@with_state(torch.load("model.pt"))  # site
def f(): ...
