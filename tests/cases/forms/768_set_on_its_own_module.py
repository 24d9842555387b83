# expect: unsafe LG001
import sys
import torch
this = sys.modules[__name__]
setattr(this, "rd", torch.load)
state = rd("a")  # site
