# expect: unsafe LG001
class Model:
    import torch

    STATE = torch.load("model.pt")  # site
