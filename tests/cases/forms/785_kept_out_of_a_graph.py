# expect: safe
import torch
torch._dynamo.disallow_in_graph(torch.load)
