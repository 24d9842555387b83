# expect: unsafe LG001
from functools import partial

from torch import load

read = partial(load)  # site
