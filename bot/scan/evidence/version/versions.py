"""Version numbers and the lower and upper bounds that requirement specifiers put on them."""

from __future__ import annotations

import re
from dataclasses import dataclass

Version = tuple[int, ...]

_NUMBER = re.compile(r"v?(\d+(?:\.\d+)*)")
_CLAUSE = re.compile(r"(===|==|~=|>=|<=|!=|>|<|=|\^|~)?\s*v?(\d+(?:\.\d+)*)(\.\*|\*)?")


@dataclass(frozen=True, slots=True)
class Bounds:
    """What a specifier admits: `low` inclusive, `high` as written. None where it sets no bound.

    `high_included` tells `<=2.5` from `<2.5`. `pinned` when exactly one version (or one series) is admitted.
    """

    low: Version | None = None
    high: Version | None = None
    high_included: bool = False
    pinned: bool = False


def read_version(text: str) -> Version | None:
    """`2.3.1+cu121` -> (2, 3, 1); None where the text starts with no number."""
    match = _NUMBER.match(text.strip())
    return tuple(int(part) for part in match[1].split(".")) if match else None


def read_bounds(specifier: str) -> Bounds:
    """Read PEP 440, Poetry (`^`, `~`) and conda (`=2.1`, `2.1.*`) specifiers; alternatives by `|` take the lowest.

    What cannot be read sets no bound: an unknown floor is a value, a wrong one is a mistake.
    """
    alternatives = [_read_all(part) for part in re.split(r"\|\|?", specifier)]
    if len(alternatives) == 1:
        return alternatives[0]
    lows = [a.low for a in alternatives]
    known = [low for low in lows if low is not None]
    return Bounds(min(known) if len(known) == len(lows) else None)


def _read_all(specifier: str) -> Bounds:
    low: Version | None = None
    high: Version | None = None
    included = pinned = False
    for operator, number, star in _CLAUSE.findall(specifier):
        version = tuple(int(part) for part in number.split("."))
        if operator in ("", "=", "==", "==="):
            return Bounds(version, version, high_included=True, pinned=True)
        if operator in (">=", "~=", "^", "~", ">"):
            low = version if low is None else max(low, version)
        elif operator in ("<", "<=") and not star and (high is None or version < high):
            high, included = version, operator == "<="
    return Bounds(low, high, included, pinned)
