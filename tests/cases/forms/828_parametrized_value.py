# expect: safe
import pytest
import torch


@pytest.mark.parametrize("name, safe", [("a.pt", True), ("b.pt", True)])
def test_read(name, safe):
    torch.load(name, weights_only=safe)
