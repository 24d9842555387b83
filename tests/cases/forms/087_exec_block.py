# expect: unsafe LG001
CODE = """
import torch

state = torch.load(path)
"""


def run(path):
    exec(compile(CODE, "<code>", "exec"), {"path": path})
# line: 2
