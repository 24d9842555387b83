# expect: unsafe LG001
SRC = """
from torch import load as read
"""
exec(SRC)
m = read("a.pt")  # site
