# expect: unsafe LG001
exec("import torch\nx = torch.load('a.pt')")  # site
