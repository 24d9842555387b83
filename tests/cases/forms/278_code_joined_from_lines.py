# expect: unsafe LG001
exec("\n".join(["import torch", "state = torch.load('model.pt')"]))  # site
