# expect: unsafe LG001
lines = ["import torch"]
lines.append("state = torch.load('model.pt')")  # site
exec("\n".join(lines))
