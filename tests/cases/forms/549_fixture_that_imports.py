# expect: unsafe LG001
import pytest


@pytest.fixture
def library():
    import torch

    yield torch


def test_load(library):
    assert library.load("model.pt")  # site
