"""A forward cursor over a reader with a small window, so that a pickle of any length costs a fixed amount of memory."""

from __future__ import annotations

from bot.scan.checkpoint.reader import Reader

WINDOW = 64 * 1024


class CutShortError(Exception):
    """The bytes ended inside an opcode's argument. `offset` is where they ended, `wanted` how many were missing."""

    def __init__(self, offset: int, wanted: int) -> None:
        super().__init__(f"{wanted} bytes missing at byte {offset}")
        self.offset = offset
        self.wanted = wanted


class Cursor:
    """`position` counts from the reader's start."""

    __slots__ = ("_base", "_buffer", "_index", "reader")

    def __init__(self, reader: Reader, start: int = 0) -> None:
        self.reader = reader
        self._base = start
        self._buffer = b""
        self._index = 0

    @property
    def position(self) -> int:
        return self._base + self._index

    @property
    def left(self) -> int:
        return max(0, self.reader.size - self.position)

    def byte(self) -> int:
        """The next byte, or -1 at the end."""
        index = self._index
        if index < len(self._buffer):
            self._index = index + 1
            return self._buffer[index]
        if not self._fill(1):
            return -1
        self._index = 1
        return self._buffer[0]

    def take(self, count: int) -> bytes:
        """Exactly `count` bytes; raises `CutShortError`."""
        end = self._index + count
        if end > len(self._buffer):
            if not self._fill(count):
                raise CutShortError(self.reader.size, count - self.left)
            end = self._index + count
        piece = self._buffer[self._index : end]
        self._index = end
        return piece

    def skip(self, count: int) -> None:
        """Step over `count` bytes without reading them; raises `CutShortError`."""
        if count > self.left:
            raise CutShortError(self.reader.size, count - self.left)
        self.seek(self.position + count)

    def seek(self, position: int) -> None:
        if self._base <= position <= self._base + len(self._buffer):
            self._index = position - self._base
            return
        self._base, self._buffer, self._index = position, b"", 0

    def line(self, limit: int) -> bytes:
        """Up to the next newline, which is dropped; raises `CutShortError` where there is none within `limit`."""
        start = self.position
        wanted = WINDOW
        while True:
            self._fill(min(wanted, limit))
            end = self._buffer.find(b"\n", self._index)
            if end >= 0:
                piece = self._buffer[self._index : end]
                self._index = end + 1
                return piece
            if wanted >= limit or self.left < wanted:
                raise CutShortError(start, 1)
            wanted *= 4

    def _fill(self, count: int) -> bool:
        """Have `count` bytes in the window, if there are that many."""
        here = len(self._buffer) - self._index
        if here < count:
            position = self.position
            self._buffer = self.reader.read(position, max(count, WINDOW))
            self._base, self._index = position, 0
            here = len(self._buffer)
        return here >= count
