# expect: safe
import torch
class Box: ...
box = Box()
setattr(box, "read", torch.load)
box.read("a", weights_only=True)
