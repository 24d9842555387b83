# expect: unsafe LG002
import threading

import torch

threading.Timer(1.0, torch.load, ["a.pt"], {"weights_only": True}).start()
threading.Timer(1.0, torch.load, ["a.pt"], {"weights_only": False}).start()  # site
