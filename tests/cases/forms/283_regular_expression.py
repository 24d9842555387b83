# expect: safe
import re

import torch

CALL = re.compile("torch.load(path)")
