"""Walking a loaded checkpoint: which tensors it holds, under what name, and whether their values are numbers.

Nothing here trusts the object: containers may be deep or refer to themselves, tensors may claim sizes they do not have.
"""

from __future__ import annotations

import ctypes
import mmap
from collections.abc import Iterator
from typing import Any

import torch

_CHUNK_BYTES = 8 << 20
_MOST_OBJECTS = 5_000_000
_DONT_NEED = 4


def walk(loaded: Any) -> Iterator[tuple[str, torch.Tensor]]:
    """Every tensor in dicts, lists, tuples and sets, each container once, with a dotted name.

    Raises MemoryError past 5 million objects.
    """
    seen: set[int] = set()
    pending: list[tuple[str, Any]] = [("", loaded)]
    while pending:
        name, value = pending.pop()
        if isinstance(value, torch.Tensor):
            yield name or "(the tensor)", value
            continue
        children = _children(value)
        if not children or id(value) in seen:
            continue
        seen.add(id(value))
        if len(seen) + len(pending) + len(children) > _MOST_OBJECTS:
            raise MemoryError(f"more than {_MOST_OBJECTS} objects")
        prefix = f"{name}." if name else ""
        pending.extend((f"{prefix}{key}"[:512], child) for key, child in reversed(children))


def _children(value: Any) -> list[tuple[Any, Any]]:
    if isinstance(value, dict):
        return list(value.items())
    if isinstance(value, list | tuple | set | frozenset):
        return list(enumerate(value))
    return []


def storage_bytes(tensor: torch.Tensor) -> tuple[int, int]:
    """(identity, bytes) of what a tensor is stored in, so that shared storage counts once."""
    if tensor.layout != torch.strided:
        return id(tensor), tensor.values().untyped_storage().nbytes() if tensor.is_sparse else 0
    storage = tensor.untyped_storage()
    return storage.data_ptr() or id(tensor), storage.nbytes()


def chunks(tensor: torch.Tensor) -> Iterator[torch.Tensor]:
    """The tensor's values in flat pieces of at most 8 MiB; a view larger than its storage is read as its storage."""
    if tensor.layout != torch.strided:
        tensor = tensor.coalesce().values() if tensor.is_sparse else tensor.to_dense()
    if tensor.is_quantized:
        tensor = tensor.int_repr()
    length = max(1, _CHUNK_BYTES // max(1, tensor.element_size()))
    if tensor.numel() * tensor.element_size() > tensor.untyped_storage().nbytes():
        whole = tensor.untyped_storage().nbytes() // tensor.element_size()
        tensor = torch.as_strided(tensor, (whole,), (1,), 0)
    flat = tensor.view(-1) if tensor.is_contiguous() else tensor.reshape(-1)
    for start in range(0, flat.numel(), length):
        yield flat[start : start + length]


def look_at_values(tensor: torch.Tensor, *, mapped: bool) -> tuple[bool, bool]:
    """(holds NaN or infinity, holds nothing but zeros). `mapped` pages are given back once read, to bound memory."""
    bad, zero = False, tensor.numel() > 0
    for chunk in chunks(tensor):
        if chunk.dtype.is_floating_point or chunk.dtype.is_complex:
            values = chunk if chunk.element_size() > 1 else chunk.to(torch.float32)
            bad = bad or not bool(torch.isfinite(values).all())
        zero = zero and not bool((chunk.view(torch.uint8) != 0).any())
        if mapped:
            _give_back(chunk)
        if bad and not zero:
            break
    return bad, zero


def _give_back(chunk: torch.Tensor) -> None:
    start = -(-chunk.data_ptr() // mmap.PAGESIZE) * mmap.PAGESIZE
    end = (chunk.data_ptr() + chunk.numel() * chunk.element_size()) // mmap.PAGESIZE * mmap.PAGESIZE
    if end > start:
        ctypes.CDLL(None).madvise(ctypes.c_void_p(start), ctypes.c_size_t(end - start), _DONT_NEED)


def raw_bytes(chunk: torch.Tensor) -> memoryview:
    """The memory of a contiguous CPU tensor, not copied; valid while `chunk` lives."""
    size = chunk.numel() * chunk.element_size()
    return memoryview((ctypes.c_char * size).from_address(chunk.data_ptr())) if size else memoryview(b"")
