# expect: unsafe LG001
state = __import__("torch").load("model.pt")  # site
