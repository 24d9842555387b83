# expect: depends LG003
import pytest
import torch


@pytest.mark.parametrize("safe", [True, False])
class TestRead:
    def test_read(self, safe):
        torch.load("a.pt", weights_only=safe)  # site
