# expect: safe
exec("from torch import load")
from json import load
m = load("a.pt")
