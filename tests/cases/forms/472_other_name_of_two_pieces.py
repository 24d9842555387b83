# expect: safe
import torch

dtype = getattr(torch, "float" + "16")
saved = getattr(torch, "sa" + "ve")
