# expect: unsafe LG001
from torch.serialization import load as read

state = read("model.pt")  # site
