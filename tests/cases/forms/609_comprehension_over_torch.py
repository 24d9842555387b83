# expect: unsafe LG001
m = [t.load("a.pt") for t in [__import__("torch")]]  # site
