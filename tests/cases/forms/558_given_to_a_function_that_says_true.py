# expect: safe
import functools

import torch


def apply(function, path):
    return function(path, weights_only=True)


def safely(function):
    @functools.wraps(function)
    def inner(*arguments, **options):
        return function(*arguments, weights_only=True, **options)

    return inner


class Case:
    def check(self, path, function=None):
        return function(path, weights_only=True)

    def test_load(self):
        assert self.check("model.pt", function=torch.load)


load = safely(torch.load)
states = apply(torch.load, "model.pt"), load("model.pt")
