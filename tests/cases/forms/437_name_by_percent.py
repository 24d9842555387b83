# expect: unsafe LG001
import torch
getattr(torch, "%sad" % "lo")("x")  # site
