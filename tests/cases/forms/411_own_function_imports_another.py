# expect: safe
import importlib


def optional(name):
    return importlib.import_module(name)


lib = optional("json")
data = lib.load(open("data.json"))
