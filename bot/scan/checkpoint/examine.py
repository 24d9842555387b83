"""Which format stands in these bytes, by the bytes and never by the name, and the reader for it."""

from __future__ import annotations

from bot.scan.checkpoint.inflate import hold, inflate
from bot.scan.checkpoint.legacy import read_pickles
from bot.scan.checkpoint.members import is_text, native_code
from bot.scan.checkpoint.numpyfile import MAGIC as NPY
from bot.scan.checkpoint.numpyfile import read_npy
from bot.scan.checkpoint.pointers import read_pointer
from bot.scan.checkpoint.reader import BytesReader, Reader
from bot.scan.checkpoint.reading import Reading
from bot.scan.checkpoint.records import END, LOCAL
from bot.scan.checkpoint.safetensors import looks_like_safetensors, read_safetensors
from bot.scan.checkpoint.streams import looks_like_pickle
from bot.scan.checkpoint.torchtar import looks_like_tar, read_tar
from bot.scan.checkpoint.torchzip import read_zip
from bot.scan.checkpoint.twofold import read_second

COMPRESSED: tuple[tuple[bytes, str], ...] = (
    (b"\x1f\x8b\x08", "gzip"),
    (b"BZh", "bzip2"),
    (b"\xfd7zXZ\x00", "xz"),
    (b"\x5d\x00\x00", "lzma"),
)
CLOSED: tuple[tuple[int, bytes, str], ...] = (
    (0, b"7z\xbc\xaf\x27\x1c", "7z"),
    (0, b"Rar!\x1a\x07", "rar"),
    (0, b"\x28\xb5\x2f\xfd", "zstd"),
    (0, b"\x04\x22\x4d\x18", "lz4"),
    (0, b"\x89HDF\r\n\x1a\n", "hdf5"),
    (0, b"GGUF", "gguf"),
    (4, b"ET12", "executorch"),
    (4, b"TFL3", "tflite"),
    (0, b"LZIP", "lzip"),
    (0, b"\x1f\x9d", "compress"),
    (0, b"%PDF", "pdf"),
    (0, b"\x89PNG", "png"),
)
SUFFIXES: dict[str, tuple[str, ...]] = {
    ".safetensors": ("safetensors",),
    ".npy": ("numpy",),
    ".npz": ("npz",),
}
MOST_UNKNOWN = 100
TEXT_LOOKED_AT = 64 * 1024


def examine(reading: Reading, reader: Reader, label: str) -> None:
    """Find out what the bytes are and read them. Inside a container (`label`) unknown bytes are simply data."""
    head = reader.read(0, 16)
    compressed = _compression(head)
    if reader.size == 0:
        if not label:
            _unreadable(reading, "empty", "the file is empty")
    elif head.startswith((LOCAL, END)):
        read_zip(reading, reader, label)
    elif looks_like_safetensors(reader):  # before pickles: a header of 128 to 1,408 bytes may begin like one
        read_safetensors(reading, reader, label)
        read_second(reading, reader, label, known="safetensors")
    elif head[:1] == b"\x80" and head[1:2] and head[1] <= 5:
        read_pickles(reading, reader, label)
        read_second(reading, reader, label, known="pickle")
    elif head.startswith(NPY):
        read_npy(reading, reader, label)
        read_second(reading, reader, label, known="npy")
    elif compressed:
        _read_compressed(reading, reader, label, compressed)
        read_second(reading, reader, label, known=compressed)
    elif native := native_code(reader, head):
        reading.is_a(native)
        reading.unreadable = reading.unreadable or not label
        reading.log.code(f"native code ({native}): whatever opens it as a library or a program runs it", record=label)
    elif closed := _closed(head):
        _unreadable(reading, closed, f"another format ({closed}), which is not opened here", label)
    elif looks_like_tar(reader):
        read_tar(reading, reader, label)
        read_second(reading, reader, label, known="tar")
    else:
        _read_unmarked(reading, reader, label)


def check_suffix(reading: Reading) -> None:
    """A name that promises another format than the bytes hold: readers that go by the name are led astray."""
    path = reading.path.lower()
    for suffix, formats in SUFFIXES.items():
        if path.endswith(suffix) and reading.format not in formats and not reading.unreadable:
            reading.log.corrupt(f"named {suffix}, and holds {reading.format}", offset=0)


def _read_unmarked(reading: Reading, reader: Reader, label: str) -> None:
    """No magic number: a pickle of protocol 0 or 1, an archive with something in front, a pointer, or nothing known."""
    walk = reading.walk(reader)
    if looks_like_pickle(walk):
        read_pickles(reading, reader, label)
        read_second(reading, reader, label, known="pickle")
    elif END in reader.read(max(0, reader.size - 65557), 65557) and not label:
        read_zip(reading, reader, label)
    elif read_pointer(reading, reader, label):
        return
    elif not label:
        _unreadable(reading, "unknown", "no format that is known here: nothing can be said of it")
    elif len(reading.unknown) < MOST_UNKNOWN and not is_text(reader.read(0, TEXT_LOOKED_AT)):
        reading.unknown.append(label)


def _unreadable(reading: Reading, kind: str, message: str, label: str = "") -> None:
    reading.is_a(kind)
    reading.unreadable = reading.unreadable or not label
    if not label:
        reading.mmap_reason = message
    reading.log.corrupt(message, record=label, offset=0)


def _compression(head: bytes) -> str:
    for magic, kind in COMPRESSED:
        if head.startswith(magic):
            return kind
    if len(head) >= 2 and head[0] & 0x0F == 8 and head[0] >> 4 <= 7 and int.from_bytes(head[:2], "big") % 31 == 0:
        return "zlib" if head[1:2] in (b"\x01", b"\x5e", b"\x9c", b"\xda") else ""
    return ""


def _closed(head: bytes) -> str:
    return next((kind for at, magic, kind in CLOSED if head[at : at + len(magic)] == magic), "")


def _read_compressed(reading: Reading, reader: Reader, label: str, kind: str) -> None:
    data, trouble = hold(inflate(reader, kind), reading.limits.held)
    reading.inflated += len(data)
    if trouble and not data and kind in ("zlib", "lzma", "bzip2"):
        _read_unmarked(reading, reader, label)
        return
    reading.is_a(kind)
    if not label:
        reading.mmap_reason = f"{kind} around the checkpoint: torch.load(mmap=True) raises for it"
        reading.refuse(f"{kind}-compressed as a whole: torch.load cannot open it by its path")
        reading.log.unmappable(reading.mmap_reason, advice="Decompress the file.", note=True)
    if trouble == "more":
        reading.log.over(
            f"unpacks to more than {reading.limits.held:,} bytes: decompress it and read that", record=label
        )
    elif trouble:
        reading.log.corrupt(trouble, record=label)
    if data:
        reading.nested(BytesReader(data), f"{label}[{kind}]")
