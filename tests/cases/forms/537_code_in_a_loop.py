# expect: unsafe LG001
for code in ["import torch; torch.load('model.pt')", "print(1)"]:  # site
    exec(code)
