# expect: safe
import pytest
import torch


@pytest.fixture
def safe():
    return True


def test_read(safe, path):
    torch.load(path, weights_only=safe)
