"""The CRC of a record, which torch never looks at."""

from __future__ import annotations

import zlib
from collections.abc import Iterator
from typing import TYPE_CHECKING

from bot.scan.checkpoint.inflate import InflateError, record_pieces
from bot.scan.checkpoint.reader import Reader
from bot.scan.checkpoint.reading import Reading
from bot.scan.checkpoint.records import Entry

if TYPE_CHECKING:
    from concurrent.futures import Future

LARGE = 4 * 1024 * 1024
"""Bytes from which reading and summing go on side by side: zlib lets go of the interpreter meanwhile."""
PIECE = 1024 * 1024


def check_crc(reading: Reading, reader: Reader, entry: Entry, record: str) -> None:
    """Unpack the record in pieces and hold its length and CRC against the directory's."""
    pieces = record_pieces(reader, entry, piece=PIECE)
    try:
        length, crc = _beside(pieces, entry.size) if entry.size > LARGE else _plainly(pieces, entry.size)
    except InflateError as error:
        reading.log.corrupt(str(error), record=record, offset=entry.start)
        return
    if length != entry.size:
        reading.log.corrupt(f"unpacks to {length:,} bytes, not {entry.size:,}", record=record, offset=entry.start)
    elif crc != entry.crc:
        reading.log.corrupt(f"CRC is {crc:08x}, not {entry.crc:08x}", record=record, offset=entry.start)


def _plainly(pieces: Iterator[bytes], bound: int) -> tuple[int, int]:
    """Length and CRC; stops where there is more than `bound` bytes."""
    crc = length = 0
    for piece in pieces:
        crc = zlib.crc32(piece, crc)
        length += len(piece)
        if length > bound:
            break
    return length, crc


def _beside(pieces: Iterator[bytes], bound: int) -> tuple[int, int]:
    """The same with one thread that sums while this one reads the next piece."""
    from concurrent.futures import ThreadPoolExecutor  # lazily: most files have no record this large

    crc = length = 0
    with ThreadPoolExecutor(max_workers=1, thread_name_prefix="crc") as summing:
        pending: Future[int] | None = None
        for piece in pieces:
            crc = pending.result() if pending else crc
            pending = summing.submit(zlib.crc32, piece, crc)
            length += len(piece)
            if length > bound:
                break
        return length, pending.result() if pending else crc
