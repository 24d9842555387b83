# expect: unsafe LG001
import hydra
m = hydra.utils.call({"_target_": "torch.load", "f": "x"})  # site
