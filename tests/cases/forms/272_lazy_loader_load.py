# expect: unsafe LG001
import lazy_loader as lazy

torch = lazy.load("torch")
state = torch.load("model.pt")  # site
