# expect: unsafe LG001
from lazy_loader import lazy_import

torch = lazy_import("torch")
state = torch.load("model.pt")  # site
