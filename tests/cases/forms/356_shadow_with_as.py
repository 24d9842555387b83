# expect: safe
with open_lamp() as torch:
    torch.load("model.pt")
