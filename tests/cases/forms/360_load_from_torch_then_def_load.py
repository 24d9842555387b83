# expect: safe
from torch import load


def load(p):
    return p


x = load("model.pt")
