"""How much of a hostile file the reader is willing to look at. A bound that is met is a finding, never silence."""

from __future__ import annotations

from dataclasses import dataclass

MIB = 1024 * 1024
GIB = 1024 * MIB


@dataclass(frozen=True, slots=True)
class Limits:
    """Bytes and counts. `ratio` bounds how far a compressed record may inflate, `held` what is inflated into memory
    at once, `inflated` all of it together.

    `expansion` is how many bytes a tensor may stand for beyond its storage (stride 0 makes a terabyte of four bytes).
    """

    size: int = 64 * GIB
    entries: int = 100_000
    directory: int = 32 * MIB
    ratio: int = 200
    held: int = 16 * MIB
    inflated: int = 256 * MIB
    nesting: int = 4
    streams: int = 1_000
    opcodes: int = 20_000_000
    stack: int = 1_000_000
    memo: int = 4_000_000
    kept: int = 65_536
    text: int = 64 * 1024
    line: int = 1 * MIB
    tensors: int = 200_000
    objects: int = 2_000_000
    header: int = 100_000_000
    expansion: int = 4 * GIB
    globals: int = 10_000
    shards: int = 2_000


DEFAULT_LIMITS = Limits()
