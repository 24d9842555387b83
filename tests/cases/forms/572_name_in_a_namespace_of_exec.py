# expect: unsafe LG001
ns = {}
exec("from torch import load", ns)
m = ns["load"]("a.pt")  # site
