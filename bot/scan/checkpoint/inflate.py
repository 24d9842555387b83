"""Unpack a record or a compressed file, in bounded pieces and never into more than a bound."""

from __future__ import annotations

import bz2
import lzma
import zlib
from collections.abc import Callable, Generator, Iterator

from bot.scan.checkpoint.reader import PIECE, Reader, SliceReader
from bot.scan.checkpoint.records import DEFLATED, Entry


class _Zlib:
    def __init__(self, bits: int) -> None:
        self._inner = zlib.decompressobj(bits)
        self._left = b""

    @property
    def eof(self) -> bool:
        return self._inner.eof

    @property
    def needs_input(self) -> bool:
        return not self._left

    @property
    def unused(self) -> bytes:
        return self._inner.unused_data

    def feed(self, data: bytes, bound: int) -> bytes:
        out = self._inner.decompress(self._left + data, bound)
        self._left = self._inner.unconsumed_tail
        return out


class _Other:
    def __init__(self, inner: bz2.BZ2Decompressor | lzma.LZMADecompressor) -> None:
        self._inner = inner

    @property
    def eof(self) -> bool:
        return self._inner.eof

    @property
    def needs_input(self) -> bool:
        return self._inner.needs_input

    @property
    def unused(self) -> bytes:
        return self._inner.unused_data

    def feed(self, data: bytes, bound: int) -> bytes:
        return self._inner.decompress(data, bound)


COMPRESSIONS: dict[str, Callable[[], _Zlib | _Other]] = {
    "gzip": lambda: _Zlib(31),
    "zlib": lambda: _Zlib(15),
    "deflate": lambda: _Zlib(-15),
    "bzip2": lambda: _Other(bz2.BZ2Decompressor()),
    "xz": lambda: _Other(lzma.LZMADecompressor(memlimit=256 * 1024 * 1024)),
    "lzma": lambda: _Other(lzma.LZMADecompressor(format=lzma.FORMAT_ALONE, memlimit=256 * 1024 * 1024)),
}


STACKED = {"gzip": b"\x1f\x8b\x08", "bzip2": b"BZh", "xz": b"\xfd7zXZ\x00"}
"""Kinds that may stand one behind the other in a file, and how each begins."""
MOST_STREAMS = 1_000


class InflateError(Exception):
    """The compressed data is broken, cut off, or not all there is."""


def inflate(reader: Reader, kind: str, *, alone: bool = True) -> Iterator[bytes]:
    """Pieces of at most 256 KiB; raises `InflateError` where the data is broken or ends early.

    Python's gzip, bz2 and lzma read one compressed stream after the other as if they were one, and so does this. Any
    other bytes behind the last one are an error, unless the reader goes on after the data (`alone` is false).
    """
    position = 0
    for _ in range(MOST_STREAMS):
        end = yield from _one_stream(reader, kind, position)
        position = _next_stream(reader, kind, end) if alone else reader.size
        if position >= reader.size:
            return
    raise InflateError(f"more than {MOST_STREAMS:,} compressed streams, one behind the other")


def _one_stream(reader: Reader, kind: str, position: int) -> Generator[bytes, None, int]:
    """The pieces of the stream at `position`; returns where it ends."""
    machine = COMPRESSIONS[kind]()
    while not machine.eof:
        data = b""
        if machine.needs_input:
            data = reader.read(position, PIECE)
            position += len(data)
            if not data:
                raise InflateError("the compressed data ends early")
        try:
            piece = machine.feed(data, PIECE)
        except (zlib.error, OSError, EOFError, ValueError, lzma.LZMAError) as error:
            raise InflateError(f"the compressed data is broken: {error}") from error
        if piece:
            yield piece
    return position - len(machine.unused)


def _next_stream(reader: Reader, kind: str, end: int) -> int:
    """Where the next stream of the same kind begins; padding of zeros is nothing."""
    while (found := reader.read(end, PIECE)) and not any(found):
        end += len(found)
    end += len(found) - len(found.lstrip(b"\0"))
    if end < reader.size and not (kind in STACKED and reader.read(end, 6).startswith(STACKED[kind])):
        raise InflateError(f"{reader.size - end:,} bytes behind the compressed data")
    return end


def record_reader(archive_reader: Reader, entry: Entry) -> Reader:
    """The bytes of a record as they stand in the file."""
    return SliceReader(archive_reader, entry.start, entry.packed)


def record_pieces(archive_reader: Reader, entry: Entry, *, piece: int = PIECE) -> Iterator[bytes]:
    """The unpacked bytes of a record, in pieces of at most `piece` bytes."""
    inner = record_reader(archive_reader, entry)
    if entry.method == DEFLATED:
        yield from inflate(inner, "deflate")
        return
    for position in range(0, inner.size, piece):
        yield inner.read(position, piece)


def hold(pieces: Iterator[bytes], bound: int) -> tuple[bytes, str]:
    """At most `bound` bytes of it, and what went wrong: empty, "more" where there is more than that, or the trouble."""
    parts: list[bytes] = []
    length = 0
    try:
        for piece in pieces:
            parts.append(piece)
            length += len(piece)
            if length > bound:
                return b"".join(parts)[:bound], "more"
    except InflateError as error:
        return b"".join(parts), str(error)
    return b"".join(parts), ""
