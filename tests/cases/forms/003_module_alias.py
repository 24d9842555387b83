# expect: unsafe LG001
import torch as t

state = t.load("model.pt")  # site
