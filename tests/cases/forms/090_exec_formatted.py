# expect: unsafe LG001
import torch


def run(path):
    exec(f"state = torch.load({path!r})")  # site
