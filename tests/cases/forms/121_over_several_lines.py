# expect: unsafe LG001
import torch

state = torch.load(  # site
    "model.pt",
    map_location=torch.device("cpu"),
)
