# expect: depends LG003
import pytest
import torch


@pytest.fixture(params=[True, False])
def safe(request):
    return request.param


def test_read(safe, path):
    torch.load(path, weights_only=safe)  # site
