# expect: unsafe LG001 LG002 LG003
# Sonar (S6985) is silent where the value is not known. Here that is a warning of its own (LG003): whoever supplies the value
# decides. A call with *arguments cannot carry the keyword-only weights_only, so it is as unsafe as without (LG001).
import safetensors
import torch
from torch import load

whole = torch.load("net.pth")  # site
other = load(...)  # site
off = torch.load("net.pth", "cpu", weights_only=False)  # site
safetensors.torch.load_model(whole, "net.safetensors")
on = torch.load("net.pth", "cpu", weights_only=True)


def unknown(value, function):
    torch.load("net.pth", weights_only=value)  # site
    torch.load("net.pth", weights_only=function())  # site


def sometimes(condition):
    only = True
    if condition:
        only = False
    torch.load("net.pth", weights_only=only)  # site


def one_after_the_other():
    only = True
    torch.load("net.pth", weights_only=only)
    only = False
    torch.load("net.pth", weights_only=only)  # site


def spread(options, rest):
    torch.load("net.pth", **options)  # site
    torch.load("net.pth", *rest)  # site
    torch.load("net.pth", weights_only=False, *rest)  # site
    torch.load("net.pth", weights_only=True, *rest)


table[3]()
