# expect: unsafe LG002
import threading

import torch

t = threading.Thread(target=torch.load, args=("model.pt",), kwargs={"weights_only": False})  # site
