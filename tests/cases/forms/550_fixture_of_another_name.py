# expect: safe
import json

import pytest


@pytest.fixture
def library():
    import torch

    return torch


@pytest.fixture
def reader():
    return json


def test_load(reader):
    assert reader.load(open("model.json"))
