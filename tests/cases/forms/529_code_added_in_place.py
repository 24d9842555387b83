# expect: unsafe LG001
code = "import torch\n"
code += "state = torch.load('model.pt')\n"  # site
exec(code)
