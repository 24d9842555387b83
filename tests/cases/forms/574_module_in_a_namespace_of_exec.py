# expect: unsafe LG001
ns = {}
exec("import torch as t", ns)
m = ns["t"].load("a.pt")  # site
