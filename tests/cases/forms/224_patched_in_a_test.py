# expect: safe
from unittest import mock

import torch


def test_it(monkeypatch):
    monkeypatch.setattr(torch, "load", lambda path, **_: {})
    with mock.patch("torch.load") as fake, mock.patch.object(torch, "load"):
        assert torch.load is fake
