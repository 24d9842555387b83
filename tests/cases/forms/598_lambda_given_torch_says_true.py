# expect: safe
m = (lambda t: t.load("a.pt", weights_only=True))(__import__("torch"))
