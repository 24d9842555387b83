"""The door: a path for the report, an open binary stream, and limits."""

from __future__ import annotations

from typing import BinaryIO

from bot.model import CheckpointReport
from bot.scan.checkpoint.allowlist import allow_list
from bot.scan.checkpoint.examine import check_suffix, examine
from bot.scan.checkpoint.findings import report_of
from bot.scan.checkpoint.limits import DEFAULT_LIMITS, Limits
from bot.scan.checkpoint.reader import Reader, StreamReader
from bot.scan.checkpoint.reading import Reading


def read_checkpoint(  # noqa: PLR0913 - what is asked of one read
    path: str,
    stream: BinaryIO,
    limits: Limits = DEFAULT_LIMITS,
    *,
    crc: bool = False,
    values: bool = False,
    torch_version: str = "",
) -> CheckpointReport:
    """Read a checkpoint statically. `stream` is seekable and stays open; nothing in it raises.

    `crc` and `values` each ask for one pass over all bytes: checksums; NaN, infinity and all-zero tensors. `torch_version`
    (such as `2.13`) picks whose allow-list judges; the newest on record by default.
    """
    reader: Reader = StreamReader(stream)
    reading = Reading(path, limits, allow_list(torch_version), examine, crc=crc, values=values)
    if reader.size > limits.size:
        reading.log.over(f"a file of {reader.size:,} bytes, over {limits.size:,}")
    examine(reading, reader, "")
    check_suffix(reading)
    return report_of(reading, reader.size)
