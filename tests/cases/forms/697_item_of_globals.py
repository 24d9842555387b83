# expect: unsafe LG001
import torch as t
globals()["th"] = t
th.load("a.pt")  # site
