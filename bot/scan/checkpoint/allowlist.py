"""torch's own list of what `weights_only=True` imports, by torch version, as data (`allowlist.json`).

`tools/derive_allowlist.py` writes the data from an installed torch: nothing in it is typed by hand.
"""

from __future__ import annotations

import functools
import json
from dataclasses import dataclass
from importlib import resources

NEWEST = ""


@dataclass(frozen=True, slots=True)
class AllowList:
    """`names` are full dotted paths; `blocked` are modules torch refuses even when allow-listed."""

    version: str
    names: frozenset[str]
    blocked: frozenset[str]


def allow_list(version: str = NEWEST) -> AllowList:
    """The list for a torch version such as `2.13`; the nearest older one on record, else the oldest."""
    known = _load()
    if not version:
        return known[-1]
    wanted = _key(version)
    fitting = [each for each in known if _key(each.version) <= wanted]
    return fitting[-1] if fitting else known[0]


@functools.cache
def _load() -> tuple[AllowList, ...]:
    text = resources.files(__package__).joinpath("allowlist.json").read_text(encoding="utf-8")
    data = json.loads(text)
    lists = [
        AllowList(version, frozenset(entry["globals"]), frozenset(entry["blocked_modules"]))
        for version, entry in data["torch"].items()
    ]
    return tuple(sorted(lists, key=lambda each: _key(each.version)))


def _key(version: str) -> tuple[int, ...]:
    return tuple(int(part) for part in version.split("+", maxsplit=1)[0].split(".")[:2] if part.isdigit())
