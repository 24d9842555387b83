"""The one call everything else surrounds: `torch.load(path, weights_only=True)` on the CPU, and what came of it."""

from __future__ import annotations

import codecs
import contextlib
import importlib
import io
import json
import os
import struct
import time
from collections import Counter
from typing import Any

import torch

from .tensors import chunks, look_at_values, raw_bytes, storage_bytes, walk

_NAMES_SHOWN = 20
# Where an allow-listed global may be imported from. The project's own modules are not here: importing runs them.
_IMPORTABLE = frozenset("argparse collections datetime decimal fractions numpy pathlib torch types uuid".split())
# What safetensors can name (its format document); the rest is left out of an export and said so.
_SAFETENSORS = {
    torch.float64: "F64", torch.float32: "F32", torch.float16: "F16", torch.bfloat16: "BF16", torch.int64: "I64",
    torch.int32: "I32", torch.int16: "I16", torch.int8: "I8", torch.uint8: "U8", torch.bool: "BOOL",
    torch.float8_e4m3fn: "F8_E4M3", torch.float8_e5m2: "F8_E5M2",
}  # fmt: skip


def _checked_indices() -> contextlib.AbstractContextManager[Any]:
    """Sparse indices are validated always only since torch 2.14; before, a file could point outside its tensor."""
    guard: contextlib.AbstractContextManager[Any] = torch.sparse.check_sparse_tensor_invariants()  # type: ignore[no-untyped-call]
    return guard


def warm_up() -> None:
    """Load once what is ours, so that late imports happen while they still may: torch's, and the codec that protocol 2
    writes bytes with. Afterwards the libraries may lie where the child's user cannot go, such as below /root.
    """
    codecs.lookup("latin1")
    buffer = io.BytesIO()
    indices = torch.tensor([[0], [0]])
    sparse = torch.sparse_coo_tensor(indices, torch.ones(1), (1, 1), check_invariants=True)
    torch.save({"plain": torch.ones(2, dtype=torch.bfloat16), "sparse": sparse}, buffer)
    buffer.seek(0)
    with _checked_indices():
        loaded = torch.load(buffer, map_location="cpu", weights_only=True)
    look_at_values(loaded["plain"], mapped=False)
    with contextlib.suppress(RuntimeError, ValueError):
        torch.serialization.get_unsafe_globals_in_checkpoint(buffer)


def trusted_globals(names: list[str]) -> list[Any]:
    """The objects behind allow-listed dotted names, from torch, numpy and the standard library's plain types only.

    Each with the name the file calls it by, which is not the object's own where its module has moved since.

    Raises LookupError for any other: it would mean importing, and so running, code of the project under test. Raises
    ImportError or AttributeError for what is not installed here.
    """
    found = []
    for name in names:
        module_name, _, attribute = name.rpartition(".")
        if module_name.split(".")[0] not in _IMPORTABLE:
            raise LookupError(f"{name} is not importable here: only {', '.join(sorted(_IMPORTABLE))} are")
        found.append((getattr(importlib.import_module(module_name), attribute), name))
    return found


def load(request: dict[str, Any], allowed: list[Any]) -> dict[str, Any]:
    """Load and describe. Every refusal of torch is an answer, not an error."""
    started = time.monotonic()
    try:
        with torch.serialization.safe_globals(allowed), _checked_indices():
            loaded = torch.load(request["path"], map_location="cpu", mmap=request["mmap"], weights_only=True)
    except MemoryError as trouble:
        return {"kind": "killed", "reason": f"out of memory: {trouble}"}
    except Exception as trouble:  # torch raises whatever a hostile file makes it raise; all of it is a refusal
        return _refusal(request["path"], trouble)
    seconds = time.monotonic() - started
    answer = _describe(loaded, mapped=request["mmap"])
    if request["export"] is not None:
        answer["left_out"] = export(loaded, request["export"])
    return {"kind": "loaded", "seconds": seconds, "mapped": request["mmap"], **answer}


def _refusal(path: str, trouble: Exception) -> dict[str, Any]:
    needs: list[str] = []
    with contextlib.suppress(Exception):  # only a help for the message; the static reader knows better
        needs = sorted(torch.serialization.get_unsafe_globals_in_checkpoint(path))
    reason = str(trouble).strip().splitlines() or [""]
    return {"kind": "refused", "reason": f"{type(trouble).__name__}: {_telling(reason)}"[:600], "needs": needs[:100]}


def _telling(lines: list[str]) -> str:
    """torch buries its reason under paragraphs of advice: the sentence after the error's own marker is the fact."""
    for line in lines:
        _, marker, fact = line.partition("WeightsUnpickler error: ")
        if marker:
            return fact.split(" Please use ")[0]
    return lines[0]


def _describe(loaded: Any, *, mapped: bool) -> dict[str, Any]:
    dtypes: Counter[str] = Counter()
    storages: dict[int, int] = {}
    bad, zero, parameters = [], [], 0
    for name, tensor in walk(loaded):
        dtypes[str(tensor.dtype).removeprefix("torch.")] += 1
        parameters += tensor.numel()
        identity, size = storage_bytes(tensor)
        storages[identity] = size
        is_bad, is_zero = look_at_values(tensor, mapped=mapped)
        bad += [name] if is_bad else []
        zero += [name] if is_zero else []
    return {
        "tensors": dtypes.total(),
        "parameters": parameters,
        "dtypes": sorted(dtypes.items()),
        "nbytes": sum(storages.values()),
        "bad_values": bad[:_NAMES_SHOWN],
        "bad_count": len(bad),
        "all_zero": zero[:_NAMES_SHOWN],
        "zero_count": len(zero),
    }


def export(loaded: Any, descriptor: int) -> list[str]:
    """Write the tensors as safetensors to an open descriptor, streamed; the names that safetensors cannot hold.

    A privileged device process reads this and never a pickle (SPEC 9.3).
    """
    header: dict[str, Any] = {}
    kept, left_out, offset = [], [], 0
    for name, tensor in walk(loaded):
        kind = _SAFETENSORS.get(tensor.dtype) if tensor.layout == torch.strided and not tensor.is_quantized else None
        if kind is None or name in header or tensor.numel() * tensor.element_size() > tensor.untyped_storage().nbytes():
            left_out.append(name)
            continue
        size = tensor.numel() * tensor.element_size()
        header[name] = {"dtype": kind, "shape": list(tensor.shape), "data_offsets": [offset, offset + size]}
        kept.append(tensor)
        offset += size
    encoded = json.dumps(header).encode()
    encoded += b" " * (-len(encoded) % 8)
    _write(descriptor, memoryview(struct.pack("<Q", len(encoded)) + encoded))
    for tensor in kept:
        for chunk in chunks(tensor):
            _write(descriptor, raw_bytes(chunk))
    return left_out[:_NAMES_SHOWN]


def _write(descriptor: int, data: memoryview) -> None:
    while data:
        data = data[os.write(descriptor, data) :]
