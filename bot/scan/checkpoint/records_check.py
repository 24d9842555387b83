"""A record as the directory describes it against its local header, its descriptor and its neighbours."""

from __future__ import annotations

import struct

from bot.scan.checkpoint.faults import FaultLog
from bot.scan.checkpoint.reader import Reader
from bot.scan.checkpoint.records import (
    DEFLATED,
    DESCRIPTOR,
    ENCRYPTED,
    LOCAL,
    PATCHED,
    STORED,
    STRONG,
    U32,
    Archive,
    Entry,
)

_LOCAL = struct.Struct("<4sHHHHHIIIHH")


def check_local(reader: Reader, entry: Entry, log: FaultLog) -> None:
    head = reader.read(entry.header, _LOCAL.size + len(entry.raw))
    if len(head) < _LOCAL.size or not head.startswith(LOCAL):
        log.corrupt("no local header where the directory says", record=entry.name, offset=entry.header)
        return
    _, version, flags, method, clock, day, crc, packed, size, names, extras = _LOCAL.unpack_from(head)
    entry.start = entry.header + _LOCAL.size + names + extras
    raw = head[_LOCAL.size :] if names == len(entry.raw) else reader.read(entry.header + _LOCAL.size, min(names, 4096))
    if raw != entry.raw:
        shown = raw[:80].decode("utf-8", "replace")
        log.corrupt(f"the local header calls this record {shown!r}", record=entry.name, offset=entry.header)
    deferred = bool(flags & DESCRIPTOR)
    for what, local, central in (
        ("flags", flags, entry.flags),
        ("compression method", method, entry.method),
        ("version", version, entry.version),
        ("time", (clock, day), entry.stamp),
    ):
        if local != central:
            log.corrupt(
                f"local header and directory disagree on the {what}: {local} and {central}",
                record=entry.name,
                offset=entry.header,
            )
    extra = reader.read(entry.header + _LOCAL.size + names, extras) if U32 in (packed, size) else b""
    size, packed = wide_sizes(extra, size, packed)
    for what, local, central in (
        ("CRC", crc, entry.crc),
        ("packed size", packed, entry.packed),
        ("size", size, entry.size),
    ):
        unset = (local == 0 and deferred) or (what != "CRC" and local == U32)
        if local != central and not unset:
            log.corrupt(
                f"local header and directory disagree on the {what}: {local:,} and {central:,}",
                record=entry.name,
                offset=entry.header,
            )
    _check_flags(entry, flags, log)
    if entry.end > reader.size:
        log.corrupt(
            f"ends {entry.end - reader.size:,} bytes after the file does", record=entry.name, offset=entry.start
        )


def wide_sizes(extra: bytes, size: int, packed: int) -> tuple[int, int]:
    """Sizes of 4 GiB and more stand in extra field 1, in this order, where the header's own are full."""
    at = 0
    while at + 4 <= len(extra):
        kind, length = struct.unpack_from("<HH", extra, at)
        body = extra[at + 4 : at + 4 + length]
        at += 4 + length
        if kind == 1 and size == U32 and len(body) >= 8:
            size, body = int.from_bytes(body[:8], "little"), body[8:]
        if kind == 1 and packed == U32 and len(body) >= 8:
            packed = int.from_bytes(body[:8], "little")
    return size, packed


def _check_flags(entry: Entry, flags: int, log: FaultLog) -> None:
    both = flags | entry.flags
    if both & (ENCRYPTED | STRONG):
        log.corrupt("marked as encrypted, which torch.save never does", record=entry.name, offset=entry.header)
    if both & PATCHED:
        log.corrupt("marked as a patch, which torch.save never does", record=entry.name, offset=entry.header)
    if entry.method == STORED and entry.packed != entry.size:
        log.corrupt(
            f"stored, yet {entry.packed:,} bytes are to become {entry.size:,}", record=entry.name, offset=entry.header
        )
    elif entry.method not in (STORED, DEFLATED):
        log.corrupt(f"compression method {entry.method} is not read here", record=entry.name, offset=entry.header)


def check_layout(reader: Reader, archive: Archive, log: FaultLog) -> None:
    """Every byte before the directory belongs to exactly one record; torch pads inside the extra field, not between."""
    placed = sorted((entry for entry in archive.entries if entry.start >= 0), key=lambda entry: entry.header)
    position = archive.base if archive.base > 0 else 0
    for entry in placed:
        if entry.header < position:
            log.corrupt("overlaps the record before it", record=entry.name, offset=entry.header)
        elif entry.header > position:
            log.corrupt(
                f"{entry.header - position:,} bytes before this record belong to none",
                record=entry.name,
                offset=position,
            )
        position = max(position, entry.end + _descriptor(reader, entry, log))
    if placed and position != archive.central:
        word = "belong to none" if position < archive.central else "reach into it"
        log.corrupt(f"{abs(archive.central - position):,} bytes before the directory {word}", offset=position)


def _descriptor(reader: Reader, entry: Entry, log: FaultLog) -> int:
    """Length of the data descriptor after a record, whose numbers have to be the directory's."""
    if not entry.flags & DESCRIPTOR:
        return 0
    data = reader.read(entry.end, 24)
    signed = data.startswith(b"PK\x07\x08")
    body = data[4:] if signed else data
    for layout in ("<III", "<IQQ"):
        size = struct.calcsize(layout)
        if len(body) >= size and struct.unpack_from(layout, body) == (entry.crc, entry.packed, entry.size):
            return size + (4 if signed else 0)
    if not signed:
        return 0  # miniz writes none after an empty record
    log.corrupt("the numbers after the data are not the directory's", record=entry.name, offset=entry.end)
    return 24 if entry.packed > U32 or entry.header > U32 else 16
