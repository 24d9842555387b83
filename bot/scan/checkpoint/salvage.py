"""An archive without a directory: what its first local headers still show, so that code before the cut is named."""

from __future__ import annotations

from bot.scan.checkpoint.inflate import inflate
from bot.scan.checkpoint.reader import BytesReader, Reader, SliceReader
from bot.scan.checkpoint.reading import Reading
from bot.scan.checkpoint.records import DEFLATED, LOCAL
from bot.scan.checkpoint.streams import judge_names

MOST = 64


def read_remains(reading: Reading, reader: Reader, label: str) -> None:
    """Walk the pickles that local headers announce, up to `MOST` of them in the first bytes the limits allow."""
    data = reader.read(0, reading.limits.held)
    at = data.find(LOCAL)
    for _ in range(MOST):
        if at < 0 or at + 30 > len(data):
            return
        method = int.from_bytes(data[at + 8 : at + 10], "little")
        names = int.from_bytes(data[at + 26 : at + 28], "little")
        extras = int.from_bytes(data[at + 28 : at + 30], "little")
        start = at + 30 + names + extras
        name = data[at + 30 : at + 30 + names].decode("utf-8", "replace")
        inner: Reader = SliceReader(reader, start, reader.size - start)
        if method == DEFLATED:
            inner = BytesReader(reading.hold(inflate(inner, "deflate", alone=False), name))
        if name.endswith((".pkl", ".pickle")) or inner.read(0, 1) == b"\x80":
            walk = reading.walk(inner)
            judge_names(reading, walk, f"{label}!{name}" if label else name)
        at = data.find(LOCAL, at + 30)
