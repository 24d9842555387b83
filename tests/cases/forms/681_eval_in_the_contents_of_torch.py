# expect: unsafe LG001
import torch
eval("load('a')", vars(torch))  # site
