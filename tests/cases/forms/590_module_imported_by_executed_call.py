# expect: unsafe LG001
exec("t = __import__('torch')")
m = t.load("a")  # site
