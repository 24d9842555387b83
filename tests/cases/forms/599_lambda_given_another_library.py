# expect: safe
m = (lambda t: t.load("a.pt"))(__import__("json"))
