# expect: safe
import dask
import torch

x = dask.delayed(torch.load)("model.pt", weights_only=True)
