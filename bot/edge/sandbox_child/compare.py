"""How far two versions of a checkpoint lie apart, tensor by tensor, read from sanitised safetensors in fixed memory."""

from __future__ import annotations

from typing import Any

import torch
from safetensors import safe_open

_ROWS_AT_ONCE = 4 << 20
_MOST_SHOWN = 200


def compare(request: dict[str, Any]) -> dict[str, Any]:
    """Drift of each tensor both files hold in one shape: largest, mean, and mean over the old magnitude."""
    with safe_open(request["old"], framework="pt") as old, safe_open(request["new"], framework="pt") as new:
        shared = sorted(set(old.keys()) & set(new.keys()))
        rows = []
        for name in shared:
            if old.get_slice(name).get_shape() == new.get_slice(name).get_shape():
                rows.append({"name": name, **_drift(old.get_tensor(name), new.get_tensor(name))})
    rows.sort(key=lambda row: (-row["mean_relative"], row["name"]))
    return {"kind": "compared", "tensors": len(rows), "drift": rows[:_MOST_SHOWN]}


def _drift(old: torch.Tensor, new: torch.Tensor) -> dict[str, Any]:
    largest = total = size = 0.0
    old_bad = new_bad = 0
    flat_old, flat_new = old.reshape(-1), new.reshape(-1)
    for start in range(0, flat_old.numel(), _ROWS_AT_ONCE):
        before = flat_old[start : start + _ROWS_AT_ONCE].to(torch.float64)
        after = flat_new[start : start + _ROWS_AT_ONCE].to(torch.float64)
        finite = torch.isfinite(before) & torch.isfinite(after)
        old_bad += int((~torch.isfinite(before)).sum())
        new_bad += int((~torch.isfinite(after)).sum())
        difference = torch.where(finite, after - before, 0.0).abs()
        largest = max(largest, float(difference.max()))
        total += float(difference.sum())
        size += float(torch.where(finite, before, 0.0).abs().sum())
    count = max(1, flat_old.numel())
    relative = total / size if size else (0.0 if total == 0 else 1.0)
    return {"max": largest, "mean": total / count, "mean_relative": relative, "new_bad": max(0, new_bad - old_bad)}
