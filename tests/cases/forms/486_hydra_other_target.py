# expect: safe
from hydra.utils import instantiate
m = instantiate({"_target_": "torch.save", "f": "x"})
