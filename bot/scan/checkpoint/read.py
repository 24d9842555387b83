"""The door: a path for the report, something to read bytes from, and limits."""

from __future__ import annotations

from bot.model import CheckpointReport
from bot.scan.checkpoint.allowlist import allow_list
from bot.scan.checkpoint.examine import check_suffix, examine
from bot.scan.checkpoint.findings import report_of
from bot.scan.checkpoint.limits import DEFAULT_LIMITS, Limits
from bot.scan.checkpoint.reader import Reader
from bot.scan.checkpoint.reading import Reading


def read_checkpoint(
    path: str,
    reader: Reader,
    limits: Limits = DEFAULT_LIMITS,
    *,
    crc: bool = False,
) -> CheckpointReport:
    """Read a checkpoint statically, through `StreamReader(stream)` or `BytesReader(data)`; hostile bytes never raise.

    `crc` asks for the checksum of every record, one pass over all bytes; small records are always checked.
    """
    reading = Reading(path, limits, allow_list(), examine, crc=crc)
    if reader.size > limits.size:
        reading.log.over(f"a file of {reader.size:,} bytes, over {limits.size:,}")
    examine(reading, reader, "")
    check_suffix(reading)
    return report_of(reading, reader.size)
