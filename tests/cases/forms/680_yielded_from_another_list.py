# expect: safe
import json
import torch
def readers():
    yield from (json.load, print)
for read in readers():
    read("a")
