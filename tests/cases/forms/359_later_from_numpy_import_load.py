# expect: safe
from torch import load

from numpy import load  # isort: skip

x = load("a.npy")
