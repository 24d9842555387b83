# expect: depends LG003
import pytest
import torch


@pytest.mark.parametrize("safe", [True], indirect=True)
def test_read(safe):
    torch.load("a.pt", weights_only=safe)  # site
