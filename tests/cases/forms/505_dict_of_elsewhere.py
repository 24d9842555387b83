# expect: depends LG003
import torch

torch.load(p, weights_only=cfg.get("weights_only"))  # site
