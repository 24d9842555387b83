# expect: unsafe LG001
import torch, json
R = {k: v for k, v in {"pt": torch.load, "js": json.load}.items()}
m = R["js"](open("a"))
m = R["pt"](open("a"))  # site
