# expect: safe
try:
    pass
except Exception as torch:
    torch.load("x")
