# expect: unsafe LG001
globals().update(th=__import__("torch"))
th.load("a.pt")  # site
