# expect: safe
import torch, weakref
weakref.ref(torch.load)
