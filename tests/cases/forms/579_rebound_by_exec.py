# expect: safe
from torch import load
exec("from json import load")
m = load("a.pt")
