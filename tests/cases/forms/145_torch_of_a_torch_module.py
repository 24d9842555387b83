# expect: unsafe LG001
from torch.utils import data

state = data.dataloader.torch.load("model.pt")  # site
