# expect: safe
import torch, ray
ray.remote(torch.load).remote("a", weights_only=True)
