# expect: safe
import torch


def light(torches):
    for torch in torches:
        torch.load("battery")


print(torch.zeros(1))
