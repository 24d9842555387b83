# expect: safe
import torch, json
d = {"f": torch.load}
d.update(f=json.load)
m = d["f"](open("a"))
