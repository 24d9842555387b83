# expect: depends LG003
import pytest
import torch


@pytest.fixture
def safe():
    return True


def read(safe, path):
    return torch.load(path, weights_only=safe)  # site
