"""safetensors: a length, a JSON header, raw tensors. Nothing in it can run; it can still be wrong.

Format: 8 bytes header length (little-endian), JSON object of name -> dtype, shape, data_offsets, data without holes.
"""

from __future__ import annotations

import json
from collections import Counter

from bot.model import TensorInfo
from bot.scan.checkpoint.dtypes import SAFETENSORS
from bot.scan.checkpoint.metadata import check_text
from bot.scan.checkpoint.pointers import crowded
from bot.scan.checkpoint.reader import Reader
from bot.scan.checkpoint.reading import Reading

HEADER_HELD = 32 * 1024 * 1024
"""Bytes of a header that are read; the format allows 100 MB."""

PROTO = 0x80
Spans = list[tuple[int, int, str]]


def looks_like_safetensors(reader: Reader) -> bool:
    """By a brace where JSON begins. What might as well be a pickle has to end in a brace where the length says."""
    head = reader.read(0, 9)
    length = int.from_bytes(head[:8], "little")
    if len(head) < 9 or head[8:9] != b"{" or not 2 <= length <= 1 << 40:
        return False
    return head[0] != PROTO or reader.read(8 + max(0, length - 64), min(length, 64)).rstrip().endswith(b"}")


def read_safetensors(reading: Reading, reader: Reader, label: str) -> None:
    reading.is_a("safetensors", loadable=True)
    if not label:
        reading.mmap_reason = "safetensors maps by itself; mmap=True is ignored"
    length = int.from_bytes(reader.read(0, 8), "little")
    if length > reader.size - 8:
        reading.log.corrupt(f"a header of {length:,} bytes in a file of {reader.size:,}", record=label, offset=0)
        return
    if length > min(HEADER_HELD, reading.limits.header):
        reading.log.over(f"a header of {length:,} bytes", record=label, offset=0)
        return
    data = reader.read(8, length)
    if crowded(data, reading.limits.objects):
        reading.log.over(f"a header of more than {reading.limits.objects:,} values", record=label, offset=8)
        return
    header = _header(reading, data, label)
    spans: Spans = []
    for name, entry in header.items():
        if name == "__metadata__":
            _check_metadata(reading, entry, label)
        else:
            _tensor(reading, name, entry, spans, label)
    _check_cover(reading, spans, reader.size - 8 - length, label)


def _header(reading: Reading, data: bytes, label: str) -> dict[str, object]:
    names: list[str] = []

    def pairs(found: list[tuple[str, object]]) -> dict[str, object]:
        kept = dict(found)
        if len(kept) != len(found):
            counts = Counter(name for name, _ in found)
            names.extend(name for name, count in counts.items() if count > 1)
        return kept

    try:
        header = json.loads(data.decode("utf-8"), object_pairs_hook=pairs)
    except (ValueError, RecursionError) as error:
        reading.log.corrupt(f"the header is no JSON: {str(error)[:80]}", record=label, offset=8)
        return {}
    if names:
        reading.log.corrupt(f"{names[0][:80]!r} stands in the header twice", record=label, offset=8)
    if not isinstance(header, dict):
        reading.log.corrupt("the header is no object", record=label, offset=8)
        return {}
    return header


def _check_metadata(reading: Reading, entry: object, label: str) -> None:
    if not isinstance(entry, dict) or not all(isinstance(value, str) for value in entry.values()):
        reading.log.corrupt("__metadata__ holds more than strings", record=label, offset=8)
    for key, value in entry.items() if isinstance(entry, dict) else ():
        check_text(reading, key, value if isinstance(value, str) else json.dumps(value), label)


def _tensor(reading: Reading, name: str, entry: object, spans: Spans, label: str) -> None:
    fields = entry if isinstance(entry, dict) else {}
    dtype, shape, offsets = fields.get("dtype"), _integers(fields.get("shape")), _integers(fields.get("data_offsets"))
    kind = SAFETENSORS.get(dtype) if isinstance(dtype, str) else None
    if kind is None or shape is None or offsets is None or len(offsets) != 2 or min((0, *shape, *offsets)) < 0:
        reading.log.corrupt(f"tensor {name[:80]!r} has no readable dtype, shape and offsets", record=label, offset=8)
        return
    bits = kind[1]
    for count in shape:
        bits *= count
    begin, end = offsets
    if bits % 8 or end - begin != bits // 8:
        reading.log.corrupt(
            f"tensor {name[:80]!r} needs {bits // 8:,} bytes and has {end - begin:,}", record=label, offset=8 + begin
        )
    spans.append((begin, end, name))
    if len(reading.tensors) < reading.limits.tensors:
        stride = _stride(shape)
        reading.tensors.append(TensorInfo(name, kind[0], shape, stride, 0, str(begin), "cpu", max(0, end - begin)))


def _check_cover(reading: Reading, spans: Spans, room: int, label: str) -> None:
    position = 0
    for begin, end, name in sorted(spans):
        if begin != position:
            word = "overlaps the tensor before it" if begin < position else f"leaves {begin - position:,} bytes unused"
            reading.log.corrupt(f"tensor {name[:80]!r} {word}", record=label, offset=begin)
        position = max(position, end)
    if position != room:
        word = "cut off" if position > room else "bytes that belong to no tensor"
        reading.log.corrupt(f"the tensors take {position:,} bytes, the file has {room:,}: {word}", record=label)


def _integers(value: object) -> tuple[int, ...] | None:
    if not isinstance(value, list):
        return None
    found = tuple(
        each for each in value if isinstance(each, int) and not isinstance(each, bool) and abs(each) < 1 << 63
    )
    return found if len(found) == len(value) else None


def _stride(shape: tuple[int, ...]) -> tuple[int, ...]:
    steps: list[int] = []
    step = 1
    for count in reversed(shape):
        steps.append(step)
        step *= max(1, count)
    return tuple(reversed(steps))
