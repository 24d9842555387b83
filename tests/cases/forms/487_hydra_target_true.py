# expect: safe
from hydra.utils import instantiate
m = instantiate({"_target_": "torch.load", "f": "x", "weights_only": True})
