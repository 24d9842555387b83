# expect: unsafe LG001
import torch

state = ｔｏｒｃｈ.load("model.pt")  # site
