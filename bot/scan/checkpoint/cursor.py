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
    """`position` counts from the reader's start; `buffer[index]` is the next byte and stands at `base + index`."""

    __slots__ = ("base", "buffer", "index", "reader")

    def __init__(self, reader: Reader, start: int = 0) -> None:
        self.reader = reader
        self.base = start
        self.buffer = b""
        self.index = 0

    @property
    def position(self) -> int:
        return self.base + self.index

    @property
    def left(self) -> int:
        return max(0, self.reader.size - self.position)

    def byte(self) -> int:
        """The next byte, or -1 at the end."""
        index = self.index
        if index < len(self.buffer):
            self.index = index + 1
            return self.buffer[index]
        if not self._fill(1):
            return -1
        self.index = 1
        return self.buffer[0]

    def take(self, count: int) -> bytes:
        """Exactly `count` bytes; raises `CutShortError`."""
        end = self.index + count
        if end > len(self.buffer):
            if not self._fill(count):
                raise CutShortError(self.reader.size, count - self.left)
            end = self.index + count
        piece = self.buffer[self.index : end]
        self.index = end
        return piece

    def skip(self, count: int) -> None:
        """Step over `count` bytes without reading them; raises `CutShortError`."""
        if count > self.left:
            raise CutShortError(self.reader.size, count - self.left)
        self.seek(self.position + count)

    def seek(self, position: int) -> None:
        if self.base <= position <= self.base + len(self.buffer):
            self.index = position - self.base
            return
        self.base, self.buffer, self.index = position, b"", 0

    def line(self, limit: int) -> bytes:
        """Up to the next newline, which is dropped; raises `CutShortError` where there is none within `limit`."""
        wanted = WINDOW
        while (end := self.buffer.find(b"\n", self.index)) < 0:
            if wanted > limit or not self.left or len(self.buffer) - self.index >= self.left:
                raise CutShortError(self.position, 1)
            self._fill(wanted)
            wanted *= 4
        piece = self.buffer[self.index : end]
        self.index = end + 1
        return piece

    def _fill(self, count: int) -> bool:
        """Have `count` bytes in the window, if there are that many."""
        here = len(self.buffer) - self.index
        if here < count:
            position = self.position
            self.buffer = self.reader.read(position, max(count, WINDOW))
            self.base, self.index = position, 0
            here = len(self.buffer)
        return here >= count
