# expect: unsafe LG001
exec("from torch import *")
m = load("a.pt")  # site
