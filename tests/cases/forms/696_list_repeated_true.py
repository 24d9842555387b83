# expect: safe
import torch
readers = [torch.load] * 3
readers[1]("a.pt", weights_only=True)
