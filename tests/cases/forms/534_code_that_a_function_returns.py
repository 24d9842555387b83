# expect: unsafe LG001
def script():
    return "import torch; torch.load('model.pt')"  # site


exec(script())
