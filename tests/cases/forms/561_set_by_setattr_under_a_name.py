# expect: unsafe LG001
import torch

NAME = "reader"


class Io:
    pass


setattr(Io, NAME, torch.load)
state = Io.reader("model.pt")  # site
