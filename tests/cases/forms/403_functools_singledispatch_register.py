# expect: unsafe LG001
import functools
import pathlib

import torch


@functools.singledispatch
def read(p): ...


read.register(pathlib.Path, torch.load)  # site
