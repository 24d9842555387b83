# expect: unsafe LG001
from \
    torch import load
load("a.pt")  # site
