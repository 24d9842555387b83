# expect: unsafe LG001
import torch

state = vars(torch)["load"]("model.pt")  # site
