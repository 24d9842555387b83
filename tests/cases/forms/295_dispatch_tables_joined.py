# expect: unsafe LG001
import numpy
import torch

READERS = {".npy": numpy.load} | {".pt": torch.load}
state = READERS[".pt"]("model.pt")  # site
