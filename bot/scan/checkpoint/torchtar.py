"""Tar archives: torch's oldest format (`sys_info`, `pickle`, `tensors`, `storages`) and tar files in general.

`torch.load` extracts such a file with plain pickle inside, so with weights_only=True it refuses it since 2.6.
"""

from __future__ import annotations

from dataclasses import dataclass

from bot.scan.checkpoint.reader import Reader, SliceReader
from bot.scan.checkpoint.reading import Reading
from bot.scan.checkpoint.streams import looks_like_pickle, read_stream

BLOCK = 512
REGULAR = frozenset(b"0\x007")
EXTENSIONS = frozenset(b"xgLK")
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
        if torch and member.name in ("storages", "tensors"):
            _read_mixed(reading, inner, record)
        elif member.size:
            reading.nested(inner, record)


def _read_mixed(reading: Reading, inner: Reader, record: str) -> None:
    """A count, then pickles with raw numbers between them: the streams that can be told apart are walked."""
    at, streams = 0, 0
    while at < inner.size and streams < reading.limits.streams:
        head = inner.read(at, reading.limits.text)
        found = head.find(b"\x80", 0)
        if found < 0:
            at += max(1, len(head))
            continue
        at += found
        scratch = Reading(reading.path, reading.limits, reading.allowed, reading.examine)
        walk = read_stream(scratch, inner, record, start=at)
        if looks_like_pickle(walk):
            read_stream(reading, inner, record, start=at)
            at = max(walk.end, at + 1)
            streams += 1
        else:
            at += 1


def _members(reading: Reading, reader: Reader, label: str) -> list[Member]:
    members: list[Member] = []
    at = 0
    while at + BLOCK <= reader.size:
        block = reader.read(at, BLOCK)
        if not any(block):
            return members
        size = _octal(block[124:136])
        if size is None or _checksum(block) != _octal(block[148:156]):
            reading.log.corrupt("a damaged tar header", record=label, offset=at)
            return members
        if at + BLOCK + size > reader.size:
            reading.log.corrupt(
                f"cut off: {at + BLOCK + size - reader.size:,} bytes are missing", record=label, offset=at
            )
        if block[156] not in EXTENSIONS:
            members.append(Member(_text(block[:100]), block[156], at + BLOCK, size))
        if len(members) > reading.limits.entries:
            reading.log.over(f"more than {reading.limits.entries:,} members", record=label)
            return members
        at += BLOCK + (size + BLOCK - 1) // BLOCK * BLOCK
    reading.log.corrupt("no empty block at the tar's end: it is cut off", record=label, offset=reader.size)
    return members


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
