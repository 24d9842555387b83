# expect: unsafe LG001
import threading

import torch


def read(path):
    threading.Thread(target=torch.load, args=(path,)).start()  # site
