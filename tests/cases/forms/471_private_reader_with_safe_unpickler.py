# expect: safe
import torch
from torch import _weights_only_unpickler

with open("model.pt", "rb") as handle:
    state = torch.serialization._legacy_load(handle, "cpu", _weights_only_unpickler)
