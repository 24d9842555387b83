# expect: unsafe LG001
ns = {}
exec("from torch import load as rd", ns)
m = ns["rd"]("a.pt")  # site
