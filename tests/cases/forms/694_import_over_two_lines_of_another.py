# expect: safe
from json \
    import load
load("a.pt")
