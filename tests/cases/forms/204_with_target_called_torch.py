# expect: safe
from lamp import open_lamp

with open_lamp() as torch:
    torch.load("battery")
