# expect: safe
try:
    go()
except Fire as torch:
    torch.load("model.pt")
