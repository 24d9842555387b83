# expect: safe
import pytest
import torch


@pytest.fixture(params=[True])
def safe(request):
    return request.param


def test_read(safe, path):
    torch.load(path, weights_only=safe)
