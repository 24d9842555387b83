# expect: unsafe LG001
state = getattr(__import__("torch"), "load")("model.pt")  # site
