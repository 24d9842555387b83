# expect: unsafe LG001
from pydoc import locate

read = locate("torch.load")
state = read("model.pt")  # site
