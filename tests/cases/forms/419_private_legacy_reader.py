# expect: unsafe LG001
import pickle, torch
with open("x.pt", "rb") as f:
    m = torch.serialization._legacy_load(f, "cpu", pickle)  # site
