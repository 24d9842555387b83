# expect: unsafe LG001
import torch
𝓽𝓸𝓻𝓬𝓱.𝓵𝓸𝓪𝓭("x.pt")  # site
