# expect: unsafe LG001
import torch
ns = {"t": torch, "p": "x"}
exec("m = t.load(p)", ns)  # site
