# expect: unsafe LG001
from torch import ｌｏａｄ as rd
rd("x.pt")  # site
