# expect: unsafe LG001
try:
    from torch import load as read
except ImportError:
    from pickle import load as read

state = read(open("model.pt", "rb"))  # site
