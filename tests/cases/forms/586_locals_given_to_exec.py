# expect: unsafe LG001
g, l = {}, {}
exec("from torch import load", g, l)
m = l["load"]("a.pt")  # site
