# expect: unsafe LG001
from __future__ import annotations

import typing as t

if t.TYPE_CHECKING:
    import torch as th
else:
    import torch as th


def f(p) -> th.Tensor:
    return th.load(p)  # site
