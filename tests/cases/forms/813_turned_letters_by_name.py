# expect: unsafe LG002
import codecs

import torch

NAME = codecs.encode("ybnq", "rot_13")
state = getattr(torch, NAME)("a.pt", weights_only=False)  # site
