"""Bytes by offset: the one way this package touches a file. The caller opens the stream; nothing here does."""

from __future__ import annotations

import os
from typing import BinaryIO, Protocol

PIECE = 256 * 1024


class Reader(Protocol):
    """Random access. `read` returns fewer bytes than asked for only at the end."""

    size: int

    def read(self, offset: int, count: int) -> bytes: ...


class StreamReader:
    """A seekable binary stream the caller has opened (and closes). A stream that shrinks meanwhile reads short."""

    __slots__ = ("_stream", "size")

    def __init__(self, stream: BinaryIO) -> None:
        self._stream = stream
        self.size = stream.seek(0, os.SEEK_END)

    def read(self, offset: int, count: int) -> bytes:
        if offset < 0 or count <= 0 or offset >= self.size:
            return b""
        self._stream.seek(offset)
        parts: list[bytes] = []
        wanted = min(count, self.size - offset)
        while wanted > 0 and (part := self._stream.read(wanted)):
            parts.append(part)
            wanted -= len(part)
        return parts[0] if len(parts) == 1 else b"".join(parts)


class BytesReader:
    """Bytes already in memory, such as an inflated record."""

    __slots__ = ("_data", "size")

    def __init__(self, data: bytes) -> None:
        self._data = data
        self.size = len(data)

    def read(self, offset: int, count: int) -> bytes:
        if offset < 0 or count <= 0:
            return b""
        return self._data[offset : offset + count]


class HeadReader(BytesReader):
    """The first bytes of something longer: its size is told, what follows is not here."""

    __slots__ = ()

    def __init__(self, head: bytes, size: int) -> None:
        super().__init__(head)
        self.size = size


class SliceReader:
    """A window of another reader: a stored record of an archive, the rest after a header."""

    __slots__ = ("_inner", "_start", "size")

    def __init__(self, inner: Reader, start: int, size: int) -> None:
        self._inner = inner
        self._start = start
        self.size = max(0, min(size, inner.size - start))

    def read(self, offset: int, count: int) -> bytes:
        if offset < 0 or offset >= self.size:
            return b""
        return self._inner.read(self._start + offset, min(count, self.size - offset))
