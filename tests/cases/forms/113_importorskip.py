# expect: unsafe LG001
import pytest

torch = pytest.importorskip("torch")


def test_it(tmp_path):
    assert torch.load(tmp_path / "model.pt")  # site
