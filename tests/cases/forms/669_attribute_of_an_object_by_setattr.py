# expect: unsafe LG001
import torch
class Box: ...
box = Box()
setattr(box, "read", torch.load)
box.read("a")  # site
