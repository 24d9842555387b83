# expect: unsafe LG001
exec("from torch import load")
m = load("a.pt")  # site
