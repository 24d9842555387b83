"""Move sanitised tensors to a device and read them back.

No pickle is ever opened here: a TPU's container is privileged (SPEC 9.3).
"""

from __future__ import annotations

import importlib
import time
import zlib
from typing import Any

import torch
from safetensors import safe_open

from .tensors import chunks, raw_bytes


def on_device(request: dict[str, Any]) -> dict[str, Any]:
    """Each tensor goes there, is waited for and read back; its CRC-32 must be what it was."""
    try:
        device, synchronise = _open(request["device"])
    except (ImportError, RuntimeError, AssertionError) as trouble:
        return {"kind": "not-tried", "reason": f"no {request['device']} here: {trouble}"[:300]}
    started, tensors, parameters, nbytes, changed = time.monotonic(), 0, 0, 0, []
    with safe_open(request["path"], framework="pt") as file:
        for name in file.keys():  # noqa: SIM118 - a safetensors handle is no mapping
            tensor = file.get_tensor(name).contiguous()
            moved = tensor.to(device)
            synchronise()
            back = moved.to("cpu")
            tensors, parameters = tensors + 1, parameters + tensor.numel()
            nbytes += tensor.numel() * tensor.element_size()
            changed += [name] if _checksum(back) != _checksum(tensor) else []
    if changed:
        return {"kind": "refused", "reason": f"{len(changed)} tensors read back differ, first {changed[0]}"}
    counts = {"tensors": tensors, "parameters": parameters, "nbytes": nbytes}
    return {"kind": "loaded", **counts, "seconds": time.monotonic() - started, "device": str(device)}


def _open(name: str) -> tuple[torch.device, Any]:
    if name == "cuda":
        if not torch.cuda.is_available():
            raise RuntimeError("torch.cuda.is_available() is False")
        return torch.device("cuda"), torch.cuda.synchronize
    if name == "xla":
        xla = importlib.import_module("torch_xla")
        return xla.device(), xla.sync
    if name == "tpu":
        importlib.import_module("torch_tpu")
        return torch.device("tpu"), torch.accelerator.synchronize
    return torch.device(name), lambda: None


def _checksum(tensor: torch.Tensor) -> int:
    value = 0
    for chunk in chunks(tensor):
        value = zlib.crc32(raw_bytes(chunk), value)
    return value
