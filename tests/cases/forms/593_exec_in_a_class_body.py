# expect: unsafe LG001
class A:
    exec("from torch import load as l")
    m = l("a")  # site
