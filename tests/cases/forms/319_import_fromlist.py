# expect: unsafe LG001
x = __import__("torch.serialization", fromlist=["load"]).load("model.pt")  # site
