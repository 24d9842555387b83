# expect: unsafe LG001
import pickle
from torch.serialization import _legacy_load
with open("x.pt", "rb") as f:
    m = _legacy_load(f, "cpu", pickle)  # site
