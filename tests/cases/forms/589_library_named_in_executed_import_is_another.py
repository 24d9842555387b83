# expect: safe
LIB = "json"
exec(f"from {LIB} import load")
m = load("a")
