# expect: unsafe LG001
exec("\n".join(["import torch", "x = torch.load('a.pt')"]))  # site
