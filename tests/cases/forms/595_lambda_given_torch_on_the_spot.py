# expect: unsafe LG001
m = (lambda t: t.load("a.pt"))(__import__("torch"))  # site
