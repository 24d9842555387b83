# expect: unsafe LG001
__import__("tor" + "ch").load("x")  # site
