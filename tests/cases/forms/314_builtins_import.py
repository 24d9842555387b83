# expect: unsafe LG001
import builtins

x = builtins.__import__("torch").load("model.pt")  # site
