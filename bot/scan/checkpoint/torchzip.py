"""Archives: torch's own zip, TorchScript, `.pt2`, npz, and any other zip."""

from __future__ import annotations

from bot.scan.checkpoint.archive import read_archive
from bot.scan.checkpoint.checksum import check_crc
from bot.scan.checkpoint.inflate import hold, record_pieces, record_reader
from bot.scan.checkpoint.members import WRITES, is_program, others_format
from bot.scan.checkpoint.numpyfile import MAGIC as NPY
from bot.scan.checkpoint.reader import BytesReader, HeadReader, Reader
from bot.scan.checkpoint.reading import Reading
from bot.scan.checkpoint.records import DEFLATED, STORED, Archive, Entry
from bot.scan.checkpoint.salvage import read_remains
from bot.scan.checkpoint.sparse import check_sparse
from bot.scan.checkpoint.storages import check_storages
from bot.scan.checkpoint.streams import read_inventory, read_stream

HEAD = 64 * 1024
KNOWN = frozenset(
    {"version", ".format_version", ".storage_alignment", "byteorder", ".data/serialization_id", ".data/version"}
)
TORCHSCRIPT_ADVICE = "Load it with torch.jit.load in a sandbox; torch.load refuses it with weights_only=True."


def read_zip(reading: Reading, reader: Reader, label: str) -> None:
    """Read an archive of any kind; faults and findings go into `reading`."""
    archive = read_archive(reader, reading.limits, reading.log)
    if not archive.entries:
        reading.is_a("zip")
        read_remains(reading, reader, label)
        return
    prefix = archive.entries[0].name.partition("/")[0]
    kind = _kind(archive, prefix)
    reading.is_a(kind, loadable=kind == "torch-zip")
    if kind in ("torchscript", "pt2") and not reading.depth:
        reading.torchscript = True
    _check_names(reading, archive, label)
    bomb = _check_sizes(reading, archive, label, room=reader.size)
    order = archive.find(f"{prefix}/byteorder")
    reading.big_endian = order is not None and _small(reader, order) == b"big"
    storages = _read_pickles(reading, reader, archive, prefix=prefix, label=label, kind=kind)
    _check_mapping(reading, archive, kind, top=not label, order=order)
    for entry in archive.entries if not bomb else ():
        if entry.start >= 0 and entry.name not in storages:
            _read_member(reading, reader, entry, _label(label, entry.name), checked=_is_pickle(entry.name))
        elif entry.start >= 0 and reading.crc:
            check_crc(reading, reader, entry, _label(label, entry.name))
    _check_programs(reading, reader, archive, prefix=prefix, label=label, kind=kind)
    if kind == "zip" and reading.unknown and not reading.depth:
        _say_unknown(reading)


def _kind(archive: Archive, prefix: str) -> str:
    names = {entry.name for entry in archive.entries}
    if f"{prefix}/constants.pkl" in names or any(name.startswith(f"{prefix}/code/") for name in names):
        return "torchscript"
    if (
        f"{prefix}/archive_format" in names
        or f"{prefix}/archive_version" in names
        or "serialized_exported_program.json" in names
    ):
        return "pt2"
    if f"{prefix}/data.pkl" in names:
        return "torch-zip"
    if other := others_format(names)[0]:
        return other
    if all(name.endswith(".npy") for name in names):
        return "npz"
    return "zip"


def _check_programs(  # noqa: PLR0913 - one archive, seen from all sides
    reading: Reading, reader: Reader, archive: Archive, *, prefix: str, label: str, kind: str
) -> None:
    """Source files are code, but for TorchScript's own: of those only what opens files is."""
    for entry in archive.entries:
        record = _label(label, entry.name)
        if kind == "torchscript" and entry.name.startswith(f"{prefix}/code/"):
            found = WRITES.search(_small(reader, entry, reading.limits.held)) if entry.start >= 0 else None
            if found:
                operator = found[0].decode("ascii", "replace").rstrip("( ")
                reading.log.code(f"TorchScript code that calls {operator}, which opens files by name", record=record)
        elif is_program(entry):
            reading.log.code("a program in the archive: whatever imports from it runs it", record=record)


def _say_unknown(reading: Reading) -> None:
    """Of an archive that is nobody's format, all that can be said is what its members are."""
    shown = ", ".join(reading.unknown[:5]) + (" and others" if len(reading.unknown) > 5 else "")
    reading.unreadable = True
    reading.mmap_reason = "no checkpoint of torch.save"
    reading.log.corrupt(f"an archive whose members are of no known format: {shown}")


def _label(label: str, name: str) -> str:
    return f"{label}!{name}" if label else name


def _is_pickle(name: str) -> bool:
    return name.endswith((".pkl", ".pickle"))


def _check_names(reading: Reading, archive: Archive, label: str) -> None:
    seen: set[str] = set()
    for entry in archive.entries:
        name, record = entry.name, _label(label, entry.name)
        if name in seen:
            reading.log.corrupt("a second record of this name: torch reads the last, others the first", record=record)
        seen.add(name)
        parts = name.replace("\\", "/").split("/")
        if ".." in parts or name.startswith("/") or "\\" in name or "\0" in name or name[1:2] == ":":
            reading.log.corrupt("a name that leads out of the archive", record=record)
    lowered = {name.lower() for name in seen}
    if len(lowered) != len(seen):
        reading.log.corrupt("names that differ only in upper and lower case", record=label)


def _check_sizes(reading: Reading, archive: Archive, label: str, *, room: int) -> bool:
    """Whether the archive is a bomb by its own directory: then nothing more of it is read than its pickles.

    Records that together are longer than the file (`room` bytes) lie over each other, thousands of times if need be.
    """
    total = packed = 0
    before = len(reading.log.kept)
    for entry in archive.entries:
        total += entry.size
        packed += entry.packed
        if entry.method == DEFLATED and entry.size > reading.limits.ratio * max(1, entry.packed):
            reading.log.over(
                f"{entry.packed:,} bytes are to become {entry.size:,}, over {reading.limits.ratio} times as many",
                record=_label(label, entry.name),
                offset=entry.header,
            )
    if total > reading.limits.size:
        reading.log.over(f"unpacks to {total:,} bytes, over {reading.limits.size:,}", record=label)
    if packed > room:
        reading.log.over(f"records of {packed:,} bytes in a file of {room:,}: they lie over each other", record=label)
    return len(reading.log.kept) > before


def _read_pickles(  # noqa: PLR0913 - one archive, seen from all sides
    reading: Reading, reader: Reader, archive: Archive, *, prefix: str, label: str, kind: str
) -> frozenset[str]:
    """Walk every pickle; the names of the records that are storages of one of them."""
    storages: set[str] = set()
    unknown: set[str] = set()
    for entry in archive.entries:
        if entry.start < 0 or not _is_pickle(entry.name):
            continue
        record = _label(label, entry.name)
        content = _content(reading, reader, entry, record)
        walk = read_stream(reading, content, record)
        if walk.stopped and walk.end < content.size:
            reading.log.corrupt(
                f"{content.size - walk.end:,} bytes after the pickle's STOP", record=record, offset=walk.end
            )
            reading.nested(BytesReader(content.read(walk.end, reading.limits.held)), f"{record}[after byte {walk.end}]")
        main = entry.name == f"{prefix}/data.pkl"
        inventory = read_inventory(reading, walk, record) if main or kind == "torchscript" else None
        if main and not walk.stopped:
            unknown = {each.name for each in archive.entries if each.name.startswith(f"{prefix}/data/")}
        if inventory is not None:
            storages |= check_storages(reading, archive, entry, inventory, label=label)
            check_sparse(reading, reader, archive, inventory, folder=entry.name.removesuffix(".pkl"))
        elif kind == "torch-zip":
            reading.log.corrupt("a pickle beside data.pkl, which torch.load never reads", record=record)
    if kind == "torch-zip":
        _check_torch(reading, reader, archive, prefix=prefix, label=label, storages=storages | unknown)
    return frozenset(storages)


def _check_torch(  # noqa: PLR0913 - one archive, seen from all sides
    reading: Reading, reader: Reader, archive: Archive, *, prefix: str, label: str, storages: set[str]
) -> None:
    for entry in archive.entries:
        inner = entry.name.removeprefix(f"{prefix}/")
        record = _label(label, entry.name)
        if inner == entry.name:
            reading.log.corrupt("a record outside the archive's own folder, which torch never reads", record=record)
        elif entry.name not in storages and inner not in KNOWN and inner != "data.pkl":
            reading.log.corrupt("a record that nothing refers to", record=record)
    if archive.find(f"{prefix}/version") is None:
        reading.log.corrupt("no version record: torch does not open such an archive", record=label)
    order = archive.find(f"{prefix}/byteorder")
    value = _small(reader, order) if order else b"little"
    if value not in (b"little", b"big"):
        reading.log.corrupt(f"byteorder is {value[:20]!r}", record=_label(label, f"{prefix}/byteorder"))
    elif value == b"big" and not label:
        reading.mmap_reason = (
            "byteorder is big: torch swaps the mapped bytes, and map_location='meta' crashes (SIGSEGV)"
        )
    version = archive.find(f"{prefix}/version")
    if version is not None and not _small(reader, version).strip().isdigit():
        reading.log.corrupt("version is no number", record=_label(label, f"{prefix}/version"))


def _small(reader: Reader, entry: Entry, bound: int = 64) -> bytes:
    return hold(record_pieces(reader, entry), bound)[0]


def _content(reading: Reading, reader: Reader, entry: Entry, record: str) -> Reader:
    """A record's unpacked bytes: a window where they are stored, memory (within the bound) where they are deflated.

    Of a large compressed array only the header is of interest: it is read like the file it is, without its numbers.
    """
    if entry.method != DEFLATED:
        return record_reader(reader, entry)
    if entry.size > reading.limits.held:
        head = hold(record_pieces(reader, entry), HEAD)[0]
        if head.startswith(NPY) and b"O" not in head[: head.find(b"\n")]:
            return HeadReader(head, entry.size)
    return BytesReader(reading.hold(record_pieces(reader, entry), record))


def _read_member(reading: Reading, reader: Reader, entry: Entry, record: str, *, checked: bool) -> None:
    """CRC of what is small enough, and whatever stands in it by its content."""
    if entry.size <= reading.limits.held or reading.crc:
        check_crc(reading, reader, entry, record)
    if not checked and entry.size:
        reading.nested(_content(reading, reader, entry, record), record)


def _check_mapping(reading: Reading, archive: Archive, kind: str, *, top: bool, order: Entry | None) -> None:
    if not top:
        return
    packed = next((entry for entry in archive.entries if entry.method != STORED), None)
    if kind == "torchscript":
        reading.refuse("TorchScript: torch.load refuses it with weights_only=True")
        reading.mmap_reason = "TorchScript: torch.load hands it to torch.jit.load, which does not map"
        reading.log.unmappable(reading.mmap_reason, advice=TORCHSCRIPT_ADVICE, note=True)
    elif kind == "pt2":
        reading.refuse(
            "an exported program (.pt2): torch.export.load reads it, with plain pickle inside (CVE-2026-4538)"
        )
        reading.mmap_reason = "an exported program (.pt2), which torch.load does not read"
        reading.log.unmappable(reading.mmap_reason, note=True)
    elif other := others_format({entry.name for entry in archive.entries})[1] if kind != "torch-zip" else "":
        reading.unreadable = True
        reading.mmap_reason = other
        reading.log.corrupt(f"{other}: torch.load does not read it, and it is not judged here")
    elif kind != "torch-zip":
        reading.mmap_reason = "no checkpoint of torch.save"
    elif packed is not None:
        reading.mmap_reason = (
            "records are compressed: mapped, torch reads the packed bytes as weights, without an error"
        )
        reading.log.unmappable(
            reading.mmap_reason,
            record=packed.name,
            advice="Save it again with torch.save, or never pass mmap=True for this file.",
        )
    elif reading.mmap_reason:
        reading.log.unmappable(reading.mmap_reason, record=order.name if order else "", note=True)
    else:
        reading.mappable = True
