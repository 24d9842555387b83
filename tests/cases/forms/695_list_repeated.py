# expect: unsafe LG001
import torch
readers = [torch.load] * 3
readers[1]("a.pt")  # site
