# expect: safe
import torch
from packaging.version import Version

RECENT = Version(torch.__version__) >= Version("1.13")
OPTIONS = {"weights_only": True} if RECENT else {}
state = torch.load("model.pt", **OPTIONS)
