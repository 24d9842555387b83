# expect: unsafe LG001
import numpy as np
import torch

for suffix, fn in [(".pt", torch.load), (".npy", np.load)]:
    fn("model.pt" + suffix)  # site
