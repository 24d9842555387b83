# expect: unsafe LG001
import torch
eval("t.load(p)", {"t": torch, "p": "x"})  # site
