# expect: safe
from torch import load
from numpy import *

values = load("x.npy")
