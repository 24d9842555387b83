# expect: safe
import codecs

import torch

write = getattr(torch, codecs.decode("fnir", "rot13"))
write({}, "a.pt")
