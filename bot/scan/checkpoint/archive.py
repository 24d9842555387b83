"""The directory of a ZIP archive, read twice: the central directory and every local header, held against each other.

torch reads the central directory for names and sizes and the local header for where the data starts, and checks
neither the CRC nor that the two agree; other tools read only one of them. What differs between the two is a way to
show one file to a scanner and another to torch. Layout: PKWARE APPNOTE 6.3.10, sections 4.3 to 4.5.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass, field

from bot.scan.checkpoint.faults import FaultLog
from bot.scan.checkpoint.limits import Limits
from bot.scan.checkpoint.reader import Reader

LOCAL = b"PK\x03\x04"
CENTRAL = b"PK\x01\x02"
END = b"PK\x05\x06"
END64 = b"PK\x06\x06"
LOCATOR64 = b"PK\x06\x07"
_LOCAL = struct.Struct("<4sHHHHHIIIHH")
_CENTRAL = struct.Struct("<4sHHHHHHIIIHHHHHII")
_END = struct.Struct("<4sHHHHIIH")
_END64 = struct.Struct("<4sQHHIIQQQQ")
_LOCATOR64 = struct.Struct("<4sIQI")
U32 = 0xFFFFFFFF
ENCRYPTED = 0x0001
DESCRIPTOR = 0x0008
PATCHED = 0x0020
STRONG = 0x0040
MASKED = 0x2000
STORED = 0
DEFLATED = 8


@dataclass(slots=True)
class Entry:
    """One record, in bytes. `start` is where its data begins, -1 where the local header is not there."""

    name: str
    raw: bytes
    method: int
    flags: int
    crc: int
    packed: int
    size: int
    header: int
    start: int = -1
    stamp: tuple[int, int] = (0, 0)
    version: int = 0

    @property
    def end(self) -> int:
        return self.start + self.packed


@dataclass(slots=True)
class Archive:
    """`whole` is false where the directory itself could not be read to its end. `central` is where it starts."""

    entries: list[Entry] = field(default_factory=list)
    whole: bool = False
    central: int = 0
    base: int = 0

    def find(self, name: str) -> Entry | None:
        """The entry torch would read: the last of its name."""
        return next((entry for entry in reversed(self.entries) if entry.name == name), None)


@dataclass(slots=True)
class _Directory:
    count: int
    size: int
    offset: int
    end: int
    """Where the end record (or its zip64 form) starts: the directory has to end here."""


def read_archive(reader: Reader, limits: Limits, log: FaultLog) -> Archive:
    """Read and cross-check the directory. Whatever is wrong goes to `log`; nothing is inflated here."""
    archive = Archive()
    directory = _find_end(reader, log)
    if directory is None:
        return archive
    if directory.size > limits.directory or directory.count > limits.entries:
        log.over(f"a directory of {directory.count:,} records and {directory.size:,} bytes", offset=directory.offset)
        return archive
    archive.base = directory.end - directory.size - directory.offset
    if archive.base:
        log.corrupt(
            f"{abs(archive.base):,} bytes {'before the archive' if archive.base > 0 else 'too few'}: the directory is "
            f"at byte {directory.end - directory.size:,}, not at {directory.offset:,} as it says",
            offset=0,
        )
    archive.central = directory.end - directory.size
    _read_central(reader, archive, directory, log)
    for entry in archive.entries:
        _check_local(reader, entry, log)
    _check_layout(reader, archive, log)
    return archive


def _find_end(reader: Reader, log: FaultLog) -> _Directory | None:
    tail_start = max(0, reader.size - 65557)
    tail = reader.read(tail_start, 65557)
    found = tail.rfind(END)
    if found < 0 or len(tail) - found < _END.size:
        log.corrupt("no end-of-directory record: the archive is cut off or not whole", offset=reader.size)
        return None
    at = tail_start + found
    _, disk, first_disk, here, count, size, offset, comment = _END.unpack_from(tail, found)
    trailing = reader.size - (at + _END.size)
    if trailing != comment:
        log.corrupt(f"{trailing:,} bytes after the end record, which announces {comment:,}", offset=at + _END.size)
    elif comment:
        log.corrupt(f"an archive comment of {comment:,} bytes, which torch.save never writes", offset=at + _END.size)
    if END in tail[:found] and tail[:found].rfind(END) + _END.size <= found:
        log.corrupt("a second end-of-directory record: readers may disagree on the contents", offset=tail_start)
    if disk or first_disk or here != count:
        log.corrupt("an archive in several parts", offset=at)
    directory = _Directory(count, size, offset, at)
    return _widen(reader, directory, log)


def _widen(reader: Reader, directory: _Directory, log: FaultLog) -> _Directory | None:
    """Take the zip64 records into account, which torch.save always writes."""
    data = reader.read(directory.end - _LOCATOR64.size, _LOCATOR64.size)
    if len(data) < _LOCATOR64.size or not data.startswith(LOCATOR64):
        if U32 in (directory.size, directory.offset) or directory.count == 0xFFFF:
            log.corrupt("a zip64 archive without its zip64 records", offset=directory.end)
            return None
        return directory
    _, disk, position, disks = _LOCATOR64.unpack(data)
    if disk or disks != 1:
        log.corrupt("the zip64 locator counts several parts", offset=directory.end - _LOCATOR64.size)
    record = reader.read(position, _END64.size)
    if len(record) < _END64.size or not record.startswith(END64):
        log.corrupt("the zip64 locator points to no zip64 record", offset=directory.end - _LOCATOR64.size)
        return None
    _, length, _made, _needed, disk, first_disk, here, count, size, offset = _END64.unpack(record)
    if disk or first_disk or here != count:
        log.corrupt("the zip64 record counts several parts", offset=position)
    if length != _END64.size - 12 or position + _END64.size != directory.end - _LOCATOR64.size:
        log.corrupt("the zip64 record has an unexpected length", offset=position)
    for name, narrow, wide, full in (
        ("record count", directory.count, count, 0xFFFF),
        ("directory size", directory.size, size, U32),
        ("directory offset", directory.offset, offset, U32),
    ):
        if narrow not in (wide, full):
            log.corrupt(f"two end records disagree on the {name}: {narrow:,} and {wide:,}", offset=position)
    return _Directory(count, size, offset, position)


def _read_central(reader: Reader, archive: Archive, directory: _Directory, log: FaultLog) -> None:
    data = reader.read(archive.central, directory.size)
    at = 0
    while len(archive.entries) < directory.count:
        if data[at : at + 4] != CENTRAL or at + _CENTRAL.size > len(data):
            log.corrupt(
                f"the directory breaks after {len(archive.entries)} of {directory.count} records",
                offset=archive.central + at,
            )
            return
        fields = _CENTRAL.unpack_from(data, at)
        names, extras, comments = fields[10], fields[11], fields[12]
        raw = data[at + _CENTRAL.size : at + _CENTRAL.size + names]
        extra = data[at + _CENTRAL.size + names : at + _CENTRAL.size + names + extras]
        entry = _entry(raw, fields, archive.base)
        if comments or fields[13] or (fields[3] & MASKED):
            log.corrupt("a record with a comment, on another disk or masked", record=entry.name, offset=at)
        _widen_entry(entry, extra, log)
        archive.entries.append(entry)
        at += _CENTRAL.size + names + extras + comments
    if at != directory.size:
        log.corrupt(f"{directory.size - at:,} bytes in the directory belong to no record", offset=archive.central + at)
    archive.whole = True


def _entry(raw: bytes, fields: tuple[int, ...], base: int) -> Entry:
    return Entry(
        name=raw.decode("utf-8", "replace"),
        raw=raw,
        method=fields[4],
        flags=fields[3],
        crc=fields[7],
        packed=fields[8],
        size=fields[9],
        header=fields[16] + (base if fields[16] != U32 else 0),
        stamp=(fields[5], fields[6]),
        version=fields[2],
    )


def _widen_entry(entry: Entry, extra: bytes, log: FaultLog) -> None:
    """Sizes and offsets of 4 GiB and more stand in extra field 1, in this order and only where needed."""
    at = 0
    while at + 4 <= len(extra):
        kind, length = struct.unpack_from("<HH", extra, at)
        body = extra[at + 4 : at + 4 + length]
        at += 4 + length
        if kind != 1:
            continue
        for name in ("size", "packed", "header"):
            if getattr(entry, name) == U32 and len(body) >= 8:
                setattr(entry, name, int.from_bytes(body[:8], "little"))
                body = body[8:]
    if at > len(extra):
        log.corrupt("a damaged extra field in the directory", record=entry.name)


def _check_local(reader: Reader, entry: Entry, log: FaultLog) -> None:
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


def _check_layout(reader: Reader, archive: Archive, log: FaultLog) -> None:
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
