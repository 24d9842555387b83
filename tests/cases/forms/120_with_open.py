# expect: unsafe LG001
import io

import torch


def read(data):
    with io.BytesIO(data) as buffer:
        return torch.load(buffer)  # site
