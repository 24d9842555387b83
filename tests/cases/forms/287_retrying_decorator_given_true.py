# expect: safe
import torch
from tenacity import retry

load = retry(torch.load)
state = load("model.pt", weights_only=True)
