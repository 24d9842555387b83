# expect: unsafe LG001
m = (lambda t=__import__("torch"): t.load("a.pt"))()  # site
