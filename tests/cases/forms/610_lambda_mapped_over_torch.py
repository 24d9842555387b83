# expect: unsafe LG001
m = list(map(lambda t: t.load("a.pt"), [__import__("torch")]))  # site
