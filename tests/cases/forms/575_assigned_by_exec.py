# expect: unsafe LG001
exec("import torch\nread = torch.load")
m = read("a.pt")  # site
