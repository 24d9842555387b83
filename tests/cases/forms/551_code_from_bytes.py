# expect: unsafe LG001
exec(b"import torch\ntorch.load('model.pt')".decode())  # site
