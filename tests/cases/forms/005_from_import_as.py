# expect: unsafe LG001
from torch import load as restore

state = restore("model.pt")  # site
