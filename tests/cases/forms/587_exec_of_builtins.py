# expect: unsafe LG001
import builtins
builtins.exec("from torch import load")
m = load("a")  # site
