# expect: unsafe LG001
import torch
from torchvision.datasets import DatasetFolder

data = DatasetFolder("folder", loader=torch.load, extensions=(".pt",))  # site
