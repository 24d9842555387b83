# expect: unsafe LG001
import torch


def retry(function, *arguments):
    return function(*arguments)


state = retry(torch.load, "model.pt")  # site
