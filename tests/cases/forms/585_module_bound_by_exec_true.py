# expect: safe
exec("import torch as t")
m = t.load("a.pt", weights_only=True)
