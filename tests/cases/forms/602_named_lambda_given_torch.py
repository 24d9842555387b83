# expect: unsafe LG001
get = lambda t: t.load("a.pt")  # site
m = get(__import__("torch"))
