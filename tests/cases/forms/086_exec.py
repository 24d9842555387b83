# expect: unsafe LG001
exec("import torch; state = torch.load('model.pt')")  # site
