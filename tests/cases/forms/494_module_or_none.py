# expect: unsafe LG001
import torch

(None or torch).load(p)  # site
