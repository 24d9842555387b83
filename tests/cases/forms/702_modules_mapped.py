# expect: unsafe LG001
import importlib
torch, np = map(importlib.import_module, ("torch", "numpy"))
state = torch.load("a.pt")  # site
array = np.load("a.npy")
