# expect: safe
import sys, torch
this = sys.modules[__name__]
setattr(this, "rd", torch.load)
x = rd("a", weights_only=True)
