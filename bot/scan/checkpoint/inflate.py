"""Unpack a record or a compressed file, in bounded pieces and never into more than a bound."""

from __future__ import annotations

import bz2
import lzma
import zlib
from collections.abc import Callable, Iterator

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


class InflateError(Exception):
    """The compressed data is broken or cut off; `produced` bytes came out before."""

    def __init__(self, message: str, produced: int) -> None:
        super().__init__(message)
        self.produced = produced


def inflate(reader: Reader, kind: str) -> Iterator[bytes]:
    """Pieces of at most 256 KiB; raises `InflateError` where the data is broken or ends early."""
    machine = COMPRESSIONS[kind]()
    position = produced = 0
    while not machine.eof:
        data = b""
        if machine.needs_input:
            data = reader.read(position, PIECE)
            position += len(data)
            if not data:
                raise InflateError("the compressed data ends early", produced)
        try:
            piece = machine.feed(data, PIECE)
        except (zlib.error, OSError, EOFError, ValueError, lzma.LZMAError) as error:
            raise InflateError(f"the compressed data is broken: {error}", produced) from error
        produced += len(piece)
        if piece:
            yield piece


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
