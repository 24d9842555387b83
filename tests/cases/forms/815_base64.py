# expect: unsafe LG001
import base64

import torch

state = getattr(torch, base64.b64decode("bG9hZA==").decode())("a.pt")  # site
