"""A gzip stream as inflated bytes, asked for piece by piece, and never more of it than was agreed to."""

from __future__ import annotations

import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from time import monotonic

from bot.edge.tree import MAX_FILE

PIECE = 256 * 1024
"""Bytes inflated at once: a bomb of 1,000 to 1 is seen after this many, not after all of it."""

MOST_MEMBERS = 1_000
"""Parts of one gzip file; `git archive` writes one, and empty ones cost time without end."""

MIB = 1024 * 1024


class TreeRefused(Exception):
    """A tree that cannot be had, or that is not read any further; `str()` is the reason, a clause for a report.

    `again` where another try may end differently: the connection was cut. `gone` where it may be that the repository
    is no longer what the plan saw.
    """

    def __init__(self, reason: str, *, again: bool = False, gone: bool = False) -> None:
        super().__init__(reason)
        self.again = again
        self.gone = gone


@dataclass(frozen=True, slots=True)
class TreeLimits:
    """What one repository's tree may cost, in bytes, counts and seconds.

    `file` bounds one file that is kept, `kept` all of them, `aside` those that are only evidence; `downloaded` and
    `inflated` what goes by on the way.
    The tree of the largest repositories on GitHub has some 400,000 entries.
    """

    file: int = MAX_FILE
    kept: int = 512 * MIB
    aside: int = 64 * MIB
    downloaded: int = 1024 * MIB
    inflated: int = 8192 * MIB
    entries: int = 500_000
    header: int = MIB
    seconds: float = 600.0


class Inflow:
    """`chunks` are compressed bytes as they arrive. Raises `TreeRefused` at every limit and for what is no gzip."""

    def __init__(self, chunks: Iterator[bytes], limits: TreeLimits, *, clock: Callable[[], float] = monotonic) -> None:
        self.downloaded = 0
        self.inflated = 0
        self._chunks = chunks
        self._limits = limits
        self._clock = clock
        self._until = clock() + limits.seconds
        self._engine = zlib.decompressobj(wbits=31)
        self._members = 1
        self._packed = b""
        self._piece = b""
        self._at = 0

    def read(self, size: int) -> bytes:
        """Exactly `size` bytes; the caller has bounded it."""
        end = self._at + size
        if end <= len(self._piece):
            data = self._piece[self._at : end]
            self._at = end
            return data
        parts, missing = [], size
        while missing:
            part = self._piece[self._at : self._at + missing]
            parts.append(part)
            self._at += len(part)
            missing -= len(part)
            if missing:
                self._refill()
        return b"".join(parts)

    def skip(self, size: int) -> None:
        while size:
            step = min(size, len(self._piece) - self._at)
            self._at += step
            size -= step
            if size:
                self._refill()

    def drain(self) -> None:
        """Read to the end, so that gzip's checksum has been looked at."""
        while self._more():
            pass

    def _refill(self) -> None:
        if not self._more():
            raise TreeRefused("the archive ends in the middle: truncated", again=True)

    def _more(self) -> bool:
        """Inflate the next piece; False at the end of the stream."""
        self._piece, self._at = b"", 0
        while not self._piece:
            if self._clock() > self._until:
                raise TreeRefused(f"reading it took longer than {self._limits.seconds:g} s")
            if self._engine.eof:
                self._packed = self._engine.unused_data or self._chunk()
                if not self._packed:
                    return False
                self._members += 1
                if self._members > MOST_MEMBERS:
                    raise TreeRefused(f"a gzip file of more than {MOST_MEMBERS:,} parts")
                self._engine = zlib.decompressobj(wbits=31)
            self._packed = self._packed or self._chunk()
            if not self._packed:
                raise TreeRefused("the archive ends in the middle: truncated", again=True)
            try:
                self._piece = self._engine.decompress(self._packed, PIECE)
            except zlib.error as trouble:
                raise TreeRefused(f"not a gzip archive, or a damaged one ({trouble})", again=True) from trouble
            self._packed = self._engine.unconsumed_tail
        self.inflated += len(self._piece)
        if self.inflated > self._limits.inflated:
            raise TreeRefused(f"inflates to more than {self._limits.inflated:,} bytes")
        return True

    def _chunk(self) -> bytes:
        """The next bytes of the network, empty at its end."""
        chunk = next((each for each in self._chunks if each), b"")
        self.downloaded += len(chunk)
        if self.downloaded > self._limits.downloaded:
            raise TreeRefused(f"its archive is larger than {self._limits.downloaded:,} bytes")
        return chunk
