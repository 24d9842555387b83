"""Tar archives: torch's oldest format (`sys_info`, `pickle`, `tensors`, `storages`) and tar files in general.

`torch.load` extracts such a file with plain pickle inside, so with weights_only=True it refuses it since 2.6.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from bot.scan.checkpoint.dtypes import STORAGES
from bot.scan.checkpoint.inert import Global, as_integer, elements
from bot.scan.checkpoint.reader import Reader, SliceReader
from bot.scan.checkpoint.reading import Reading
from bot.scan.checkpoint.streams import read_stream

BLOCK = 512
REGULAR = frozenset(b"0\x007")
EXTENSIONS = frozenset(b"xgLK")
OTHER_SIZE = re.compile(rb"\d+ (?:size|GNU\.sparse\.[\w.]+)=")
HELD = 1024 * 1024
TORCH_MEMBERS = frozenset({"pickle", "tensors", "storages"})
TAR_REASON = "a tar file: torch.load(mmap=True) raises for it, and weights_only=True refuses it"
TAR_ADVICE = "Load it once in a sandbox and save its state dict again with torch.save."


@dataclass(frozen=True, slots=True)
class Member:
    name: str
    kind: int
    start: int
    size: int


def looks_like_tar(reader: Reader) -> bool:
    """By the header's checksum, which every tar has, with or without `ustar`."""
    block = reader.read(0, BLOCK)
    return len(block) == BLOCK and any(block) and _checksum(block) == _octal(block[148:156])


def read_tar(reading: Reading, reader: Reader, label: str) -> None:
    members = _members(reading, reader, label)
    names = {member.name.removeprefix("./") for member in members}
    torch = names >= TORCH_MEMBERS
    reading.is_a("torch-tar" if torch else "tar")
    if not label:
        reading.mmap_reason = TAR_REASON
        reading.refuse("a tar file: torch.load refuses it with weights_only=True")
        reading.log.unmappable(TAR_REASON, advice=TAR_ADVICE, note=True)
    for member in members:
        record = f"{label}!{member.name}" if label else member.name
        _check_member(reading, member, record)
        inner = SliceReader(reader, member.start, member.size)
        if member.kind not in REGULAR:
            continue
        if torch and member.name == "storages":
            _read_storages(reading, inner, record)
        elif torch and member.name == "tensors":
            _read_tensors(reading, inner, record)
        elif member.size:
            reading.nested(inner, record)


def _read_storages(reading: Reading, inner: Reader, record: str) -> None:
    """A count; for each storage a pickle `(key, location, type)`, its length and its raw elements; then the views."""
    at, count = _count(reading, inner, record)
    for _ in range(count):
        walk = read_stream(reading, inner, record, start=at)
        parts = elements(walk.root)
        kind = parts[2] if len(parts) == 3 else None
        itemsize = STORAGES.get(kind.name, ("", 0))[1] if isinstance(kind, Global) else 0
        numel = int.from_bytes(inner.read(walk.end, 8), "little", signed=True)
        at = walk.end + 8 + numel * itemsize
        if not walk.stopped or not itemsize or numel < 0 or at > inner.size:
            reading.log.corrupt(f"a storage of {numel:,} elements that does not fit", record=record, offset=walk.end)
            return
    if count >= 0:
        read_stream(reading, inner, record, start=at)


def _read_tensors(reading: Reading, inner: Reader, record: str) -> None:
    """A count; for each tensor a pickle `(key, storage, type)`, its rank, shape, stride and offset as raw numbers."""
    at, count = _count(reading, inner, record)
    for _ in range(count):
        walk = read_stream(reading, inner, record, start=at)
        rank = int.from_bytes(inner.read(walk.end, 4), "little", signed=True)
        at = walk.end + 8 + 16 * rank + 8
        if not walk.stopped or rank < 0 or at > inner.size:
            reading.log.corrupt(f"a tensor of rank {rank} that does not fit", record=record, offset=walk.end)
            return


def _count(reading: Reading, inner: Reader, record: str) -> tuple[int, int]:
    """Where the first entry begins, and how many there are; -1 where that cannot be read."""
    walk = read_stream(reading, inner, record)
    count = as_integer(walk.root)
    if count is None or not 0 <= count <= reading.limits.entries:
        reading.log.corrupt("a count that is none", record=record, offset=0)
        return walk.end, -1
    return walk.end, count


def _members(reading: Reading, reader: Reader, label: str) -> list[Member]:
    members: list[Member] = []
    at = 0
    while at + BLOCK <= reader.size:
        block = reader.read(at, BLOCK)
        if not any(block):
            _check_end(reading, reader, at, label)
            return members
        size = _octal(block[124:136])
        if size is None or _checksum(block) != _octal(block[148:156]):
            reading.log.corrupt("a damaged tar header", record=label, offset=at)
            return members
        if at + BLOCK + size > reader.size:
            reading.log.corrupt(
                f"cut off: {at + BLOCK + size - reader.size:,} bytes are missing", record=label, offset=at
            )
        if block[156] in EXTENSIONS:
            _check_extension(reading, reader.read(at + BLOCK, min(size, HELD)), label, at)
        else:
            members.append(Member(_text(block[:100]), block[156], at + BLOCK, size))
        if len(members) > reading.limits.entries:
            reading.log.over(f"more than {reading.limits.entries:,} members", record=label)
            return members
        at += BLOCK + (size + BLOCK - 1) // BLOCK * BLOCK
    reading.log.corrupt("no empty block at the tar's end: it is cut off", record=label, offset=reader.size)
    return members


def _check_extension(reading: Reading, body: bytes, label: str, at: int) -> None:
    """A pax header may give the next member another size, and so another reader another list of members."""
    if OTHER_SIZE.search(body):
        reading.log.corrupt("a pax header that changes a member's size", record=label, offset=at)


def _check_end(reading: Reading, reader: Reader, at: int, label: str) -> None:
    """Nothing but zeros comes after the empty block; tar writers fill up to 10 KiB, so a little is looked at."""
    rest = reader.read(at, HELD)
    if any(rest) or at + len(rest) < reader.size:
        start = at + len(rest) - len(rest.lstrip(b"\0"))
        reading.log.corrupt(f"{reader.size - start:,} bytes after the tar's end", record=label, offset=start)
        reading.nested(SliceReader(reader, start, reader.size - start), f"{label}[after byte {start}]")


def _check_member(reading: Reading, member: Member, record: str) -> None:
    parts = member.name.replace("\\", "/").split("/")
    if ".." in parts or member.name.startswith("/"):
        reading.log.corrupt("a name that leads out of the archive", record=record, offset=member.start - BLOCK)
    if member.kind not in REGULAR and member.kind != ord("5"):
        reading.log.corrupt(
            "a link or device, which a checkpoint has no use for", record=record, offset=member.start - BLOCK
        )


def _checksum(block: bytes) -> int:
    return sum(block[:148]) + 8 * 32 + sum(block[156:])


def _octal(data: bytes) -> int | None:
    if data[:1] == b"\x80":
        return int.from_bytes(data[1:], "big")
    text = data.strip(b" \0")
    try:
        return int(text, 8) if text else 0
    except ValueError:
        return None


def _text(data: bytes) -> str:
    return data.split(b"\0")[0].decode("utf-8", "replace")
