# expect: unsafe LG001
exec("import torch as t")
m = t.load("a.pt")  # site
