# expect: unsafe LG001
import torch

state = (torch  # site
         .load("model.pt"))
