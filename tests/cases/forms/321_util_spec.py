# expect: unsafe LG001
import importlib.util

spec = importlib.util.find_spec("torch")
torch = importlib.util.module_from_spec(spec)
spec.loader.exec_module(torch)
x = torch.load("model.pt")  # site
