# expect: unsafe LG001
from hydra.utils import instantiate
m = instantiate({"_target_": "torch.load", "f": "x"})  # site
