"""The static checkpoint reader: what a file is and holds, without running any of it. Needs no torch and opens nothing.

with open(path, "rb") as stream:
    report = read_checkpoint(path, stream)
"""

from __future__ import annotations

from bot.scan.checkpoint.compare import compare
from bot.scan.checkpoint.limits import DEFAULT_LIMITS, Limits
from bot.scan.checkpoint.read import read_checkpoint
from bot.scan.checkpoint.reader import BytesReader, Reader, StreamReader

__all__ = ("DEFAULT_LIMITS", "BytesReader", "Limits", "Reader", "StreamReader", "compare", "read_checkpoint")
