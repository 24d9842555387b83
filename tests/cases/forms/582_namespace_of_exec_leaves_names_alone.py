# expect: unsafe LG001
from torch import load
ns = {}
exec("from json import load", ns)
m = load("a.pt")  # site
