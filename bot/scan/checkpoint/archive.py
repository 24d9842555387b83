"""The directory of a ZIP archive, read twice: the central directory and every local header, held against each other.

torch reads the central directory for names and sizes and the local header for where the data starts, and checks
neither the CRC nor that the two agree; other tools read only one of them. What differs between the two is a way to
show one file to a scanner and another to torch. Layout: PKWARE APPNOTE 6.3.10, sections 4.3 to 4.5.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass

from bot.scan.checkpoint.faults import FaultLog
from bot.scan.checkpoint.limits import Limits
from bot.scan.checkpoint.reader import Reader
from bot.scan.checkpoint.records import CENTRAL, END, END64, LOCATOR64, MASKED, U32, Archive, Entry
from bot.scan.checkpoint.records_check import check_layout, check_local

_CENTRAL = struct.Struct("<4sHHHHHHIIIHHHHHII")
_END = struct.Struct("<4sHHHHIIH")
_END64 = struct.Struct("<4sQHHIIQQQQ")
_LOCATOR64 = struct.Struct("<4sIQI")

FOLDER = 0x10
"""The MS-DOS directory bit among the external attributes, which miniz (and so torch) goes by."""
OTHER_NAME = 0x7075
"""Info-ZIP's Unicode Path extra field, which Python reads since 3.13 and miniz (and so torch) does not."""


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
        check_local(reader, entry, log)
    check_layout(reader, archive, log)
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
    if _second_end(tail, found):
        log.corrupt("a second end-of-directory record: readers may disagree on the contents", offset=tail_start)
    if disk or first_disk or here != count:
        log.corrupt("an archive in several parts", offset=at)
    directory = _Directory(count, size, offset, at)
    return _widen(reader, directory, log)


def _second_end(tail: bytes, found: int) -> bool:
    """Whether an earlier end record also fits, with the last one inside its comment. A stored archive's does not."""
    at = tail.find(END)
    while 0 <= at < found:
        if at + _END.size + int.from_bytes(tail[at + 20 : at + 22], "little") == len(tail):
            return True
        at = tail.find(END, at + 1)
    return False


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
        if fields[15] & FOLDER and entry.size:
            log.corrupt("marked as a folder: torch reads it as empty", record=entry.name, offset=archive.central + at)
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
        if kind == OTHER_NAME and body[5:] != entry.raw:
            shown = body[5:85].decode("utf-8", "replace")
            log.corrupt(f"an extra field calls this record {shown!r}: some readers go by that", record=entry.name)
        if kind != 1:
            continue
        for name in ("size", "packed", "header"):
            if getattr(entry, name) == U32 and len(body) >= 8:
                setattr(entry, name, int.from_bytes(body[:8], "little"))
                body = body[8:]
    if at > len(extra):
        log.corrupt("a damaged extra field in the directory", record=entry.name)
