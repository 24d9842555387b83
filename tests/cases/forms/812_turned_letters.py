# expect: unsafe LG001
import codecs

import torch

state = getattr(torch, codecs.decode("ybnq", "rot13"))("a.pt")  # site
