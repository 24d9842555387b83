# expect: safe
from torch import load
from json import load

state = load(open("model.json"))
