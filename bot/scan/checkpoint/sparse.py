"""Indices of sparse tensors against their shape: torch does not look before 2.14, and a wild index is out of bounds."""

from __future__ import annotations

import sys
from array import array
from collections.abc import Sequence
from itertools import pairwise

from bot.model import TensorInfo
from bot.scan.checkpoint.inflate import record_reader
from bot.scan.checkpoint.inventory import Inventory, Sparse
from bot.scan.checkpoint.reader import Reader
from bot.scan.checkpoint.reading import Reading
from bot.scan.checkpoint.records import STORED, Archive, Entry

CODES = {"int64": "q", "int32": "i"}


def check_sparse(reading: Reading, reader: Reader, archive: Archive, inventory: Inventory, *, folder: str) -> None:
    """Read the indices (within `limits.held` bytes a tensor) and hold them against the declared shape."""
    if not inventory.sparse:
        return
    by_name = {tensor.name: tensor for tensor in inventory.tensors}
    records = {entry.name.removeprefix(f"{folder}/"): entry for entry in archive.entries}
    for sparse in inventory.sparse:
        parts = [by_name.get(f"{sparse.name}.{label}" if sparse.name else label) for label in sparse.labels]
        rows = [_numbers(reading, reader, part, records.get(part.storage)) for part in parts if part is not None]
        if len(rows) != len(parts) or any(row is None for row in rows):
            continue
        found = [row for row in rows if row is not None]
        trouble = (
            _coordinates(found[0], parts[0], sparse) if len(found) == 1 else _compressed(found[0], found[1], sparse)
        )
        if trouble:
            reading.log.corrupt(
                f"sparse tensor {sparse.name!r} of shape {sparse.size}: {trouble}; torch before 2.14 does not check",
                record=f"{folder}.pkl",
                offset=sparse.at,
            )


def _numbers(reading: Reading, reader: Reader, tensor: TensorInfo, entry: Entry | None) -> Sequence[int] | None:
    """The elements of a contiguous integer tensor; None where they cannot or should not be read."""
    if tensor.dtype not in CODES or tensor.nbytes > reading.limits.held:
        return None
    values = array(CODES[tensor.dtype])
    count = 1
    for each in tensor.shape:
        count *= each
    if entry is None or entry.start < 0 or entry.method != STORED or count * values.itemsize != tensor.nbytes:
        return None
    data = record_reader(reader, entry).read(tensor.offset * values.itemsize, tensor.nbytes)
    if len(data) != tensor.nbytes or reading.big_endian:
        return None
    values.frombytes(data)
    if sys.byteorder == "big":
        values.byteswap()
    return values


def _coordinates(indices: Sequence[int], tensor: TensorInfo | None, sparse: Sparse) -> str:
    """`indices` has a row for each sparse dimension."""
    shape = tensor.shape if tensor else ()
    if len(shape) != 2 or shape[0] > len(sparse.size):
        return f"indices of shape {shape}"
    for row in range(shape[0]):
        part = indices[row * shape[1] : (row + 1) * shape[1]]
        if part and not 0 <= min(part) <= max(part) < sparse.size[row]:
            worst = min(part) if min(part) < 0 else max(part)
            return f"index {worst} in dimension {row}"
    return ""


def _compressed(compressed: Sequence[int], plain: Sequence[int], sparse: Sparse) -> str:
    """CSR, CSC, BSR, BSC: row starts that rise from 0 to the number of elements, and indices within the shape."""
    if plain and not 0 <= min(plain) <= max(plain) < max(sparse.size, default=0):
        return f"index {min(plain) if min(plain) < 0 else max(plain)}"
    if len(sparse.size) != 2 or not compressed:
        return ""
    rising = all(left <= right for left, right in pairwise(compressed))
    if compressed[0] != 0 or compressed[-1] != len(plain) or not rising:
        return "starts that do not rise from 0 to the number of elements"
    return ""
