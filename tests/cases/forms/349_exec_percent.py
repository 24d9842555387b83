# expect: unsafe LG001
exec("import torch; torch.load('%s')" % "model.pt")  # site
