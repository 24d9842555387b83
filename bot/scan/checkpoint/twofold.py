"""Two files in one: what a second reader, which looks elsewhere for its magic number, would find in the same bytes.

torch.load tries tar before it tries pickles, and Python's zipfile looks for an archive at the end of whatever it is
given. A file that is sound as one thing and holds code as another is clean to whoever looks at one of them.
"""

from __future__ import annotations

from bot.scan.checkpoint.reader import Reader
from bot.scan.checkpoint.reading import Reading
from bot.scan.checkpoint.records import CENTRAL, END, LOCATOR64
from bot.scan.checkpoint.streams import judge_calls
from bot.scan.checkpoint.torchtar import looks_like_tar, read_tar
from bot.scan.checkpoint.torchzip import read_zip

_END_SIZE, _LOCATOR_SIZE = 22, 20
TAIL = _END_SIZE + 0xFFFF


def read_second(reading: Reading, reader: Reader, label: str, *, known: str) -> None:
    """Name what these bytes are beside what is `known`: a pickle that calls code or a tar archive, from the first byte
    on, or a zip archive that ends where they end.
    """
    if known != "pickle":
        judge_calls(reading, reading.walk(reader), f"{label or 'the file'}[read as a pickle]")
    if known != "tar" and looks_like_tar(reader):
        reading.log.corrupt("it is a tar archive as well: two files in one", record=label, offset=0)
        reading.deeper(lambda: read_tar(reading, reader, f"{label}[tar]"))
    if _ends_like_zip(reader):
        reading.log.corrupt("an archive stands at its end: two files in one", record=label, offset=0)
        reading.deeper(lambda: read_zip(reading, reader, f"{label}[archive]"))


def _ends_like_zip(reader: Reader) -> bool:
    """An end record with a directory where it says: among many weights the four bytes alone occur by chance."""
    start = max(0, reader.size - TAIL)
    tail = reader.read(start, TAIL)
    at = tail.rfind(END)
    while at >= 0:
        size = int.from_bytes(tail[at + 12 : at + 16], "little")
        here = start + at
        if reader.read(here - _LOCATOR_SIZE, 4) == LOCATOR64:
            return True
        if 0 < size <= here and reader.read(here - size, 4) == CENTRAL:
            return True
        at = tail.rfind(END, 0, at)
    return False
