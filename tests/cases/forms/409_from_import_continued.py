# expect: unsafe LG001
from torch import nn, \
    load as restore

state = restore("model.pt")  # site
