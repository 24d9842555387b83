# expect: depends LG003
import pytest
import torch


@pytest.fixture
def safe(request):
    return request.config.getoption("--safe")


def test_read(safe, path):
    torch.load(path, weights_only=safe)  # site
