# expect: unsafe LG001
x = __import__("torch.serialization").load("model.pt")  # site
