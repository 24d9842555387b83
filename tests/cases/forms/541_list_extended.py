# expect: unsafe LG001
import torch

readers = [open]
readers.extend([torch.load])
state = readers[1]("model.pt")  # site
text = readers[0]("model.txt")
