# expect: safe
ns = {}
exec("from json import load", ns)
m = ns["load"]("a.pt")
