"""`.npy`: a magic number, a header that is a Python literal, raw numbers; or a pickle, when it holds objects."""

from __future__ import annotations

import ast

from bot.model import TensorInfo
from bot.scan.checkpoint.reader import Reader, SliceReader
from bot.scan.checkpoint.reading import Reading
from bot.scan.checkpoint.streams import read_inventory, read_stream

MAGIC = b"\x93NUMPY"
HEADER = 64 * 1024


def read_npy(reading: Reading, reader: Reader, label: str) -> None:
    reading.is_a("numpy")
    if not label:
        reading.mmap_reason = "a numpy file, which torch.load does not read"
    major = reader.read(6, 1)
    width = 2 if major == b"\x01" else 4
    length = int.from_bytes(reader.read(8, width), "little")
    start = 8 + width + length
    if major not in (b"\x01", b"\x02", b"\x03") or length > HEADER or start > reader.size:
        reading.log.corrupt(f"an npy header of {length:,} bytes, version {major.hex()}", record=label, offset=6)
        return
    header = _header(reader.read(8 + width, length))
    if header is None:
        reading.log.corrupt("the npy header is no dictionary of descr, fortran_order and shape", record=label, offset=8)
        return
    code, shape = header
    if _holds_objects(code):
        _read_objects(reading, reader, label, start)
        return
    size = _itemsize(code)
    for count in shape:
        size *= count
    if size != reader.size - start:
        reading.log.corrupt(
            f"the array needs {size:,} bytes, {reader.size - start:,} are there", record=label, offset=start
        )
    reading.tensors.append(TensorInfo(label, code, shape, (), 0, label, "cpu", size))


def _read_objects(reading: Reading, reader: Reader, label: str, start: int) -> None:
    """An object array: numpy refuses it unless told allow_pickle=True, and then runs it."""
    inner = SliceReader(reader, start, reader.size - start)
    walk = read_stream(reading, inner, label)
    read_inventory(reading, walk, label)
    if walk.stopped and walk.end < inner.size:
        reading.log.corrupt(f"{inner.size - walk.end:,} bytes after the pickle", record=label, offset=start + walk.end)


def _header(data: bytes) -> tuple[str, tuple[int, ...]] | None:
    try:
        value = ast.literal_eval(data.decode("latin-1").strip())
    except (ValueError, SyntaxError, RecursionError, MemoryError, TypeError):
        return None
    if not isinstance(value, dict) or set(value) != {"descr", "fortran_order", "shape"}:
        return None
    shape = value["shape"]
    if not isinstance(shape, tuple) or not all(isinstance(each, int) and 0 <= each < 1 << 62 for each in shape):
        return None
    return (value["descr"] if isinstance(value["descr"], str) else repr(value["descr"])), shape


def _holds_objects(code: str) -> bool:
    """`O`, `|O8` or a structured type with such a field; a field's own name may well have a capital O in it."""
    if not code.startswith(("[", "(", "{")):
        return "O" in code
    try:
        value = ast.literal_eval(code)
        return any("O" in str(field[1:]) for field in value) if isinstance(value, list) else "O" in code
    except (ValueError, SyntaxError, IndexError, TypeError, RecursionError):
        return True


def _itemsize(code: str) -> int:
    """Bytes an element; structured types sum their fields."""
    if code.startswith("["):
        try:
            return sum(_itemsize(str(field[1])) for field in ast.literal_eval(code))
        except (ValueError, SyntaxError, IndexError, TypeError, RecursionError):
            return 0
    bare = code.lstrip("<>=|")
    digits = bare[1:].split("[")[0]
    size = int(digits) if digits.isdigit() and len(digits) < 10 else 8 if bare[:1] in "mM" else 0
    return size * 4 if bare.startswith("U") else size
