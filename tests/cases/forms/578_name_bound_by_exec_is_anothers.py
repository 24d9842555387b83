# expect: safe
exec("from json import load")
m = load("a.pt")
