# expect: unsafe LG001
import pytest
import torch
@pytest.mark.parametrize("read", [torch.load])  # site
def test_read(read, path):
    read(path)
