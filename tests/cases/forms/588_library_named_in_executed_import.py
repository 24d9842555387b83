# expect: unsafe LG001
LIB = "torch"
exec(f"from {LIB} import load")
m = load("a")  # site
