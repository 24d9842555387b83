# expect: safe
m = (lambda t=__import__("torch"): t.load("a.pt"))(__import__("json"))
