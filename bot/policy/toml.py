"""`[tool.loadguard]` of a pyproject.toml as the same tree. tomllib keeps no places, so lines are looked up by key."""

from __future__ import annotations

import re
from typing import Any

from bot.policy.tree import LARGEST, Entry, Mapping, Node, Scalar, Sequence, refuse

TABLE = "tool.loadguard"


class _Number(float):
    """A float that remembers how it was written: torch 2.10 is not torch 2.1."""

    text: str


def read_toml(data: bytes, *, name: str) -> Mapping | None:
    """The table `[tool.loadguard]`, or None where there is none. Raises `PolicyError` with the line."""
    if b"loadguard" not in data:
        return None
    import tomllib

    if len(data) > 8 * LARGEST:
        raise refuse(name, 1, 1, f"{len(data):,} bytes long; at most {8 * LARGEST:,} are read")
    try:
        text = data.decode("utf-8-sig")
        table = tomllib.loads(text, parse_float=_number).get("tool", {}).get("loadguard")
    except (tomllib.TOMLDecodeError, RecursionError) as trouble:
        at = re.search(r"\(at line (\d+), column (\d+)\)", str(trouble))
        line, column = (int(at[1]), int(at[2])) if at else (1, 1)
        raise refuse(name, line, column, f"not TOML: {str(trouble).partition(' (at ')[0]}") from trouble
    except (UnicodeDecodeError, AttributeError) as trouble:
        raise refuse(name, 1, 1, f"not TOML: {trouble}") from trouble
    if table is None:
        return None
    if not isinstance(table, dict):
        raise refuse(name, 1, 1, f"`{TABLE}` is not a table")
    return _Places(text).table(table, (), 1, 1)


def _number(text: str) -> _Number:
    number = _Number(text)
    number.text = text
    return number


class _Places:
    """Finds the line of a key by reading headers and keys as they are written; the table's header where it cannot."""

    def __init__(self, text: str) -> None:
        self.places: dict[tuple[str, ...], tuple[int, int]] = {}
        table: tuple[str, ...] = ()
        for number, line in enumerate(text.splitlines(), 1):
            header = re.match(r"\s*\[\[?\s*([^\]]+?)\s*\]\]?", line)
            key = re.match(r"\s*([A-Za-z0-9_.\"'-]+)\s*=", line)
            if header:
                table = _parts(header[1])
                self.places.setdefault(table, (number, line.index("[") + 1))
            elif key:
                place = (number, len(line) - len(line.lstrip()) + 1)
                self.places.setdefault(table + _parts(key[1]), place)

    def node(self, value: Any, path: tuple[str, ...], line: int, column: int) -> Node:
        if isinstance(value, dict):
            return self.table(value, path, line, column)
        if isinstance(value, list):
            return Sequence(tuple(self.node(each, path, line, column) for each in value), line, column)
        if isinstance(value, _Number):
            return Scalar(float(value), value.text, line, column)
        if isinstance(value, (bool, int, str)):
            return Scalar(value, str(value), line, column)
        return Scalar(str(value), str(value), line, column)  # a TOML date is an ISO date to the policy

    def table(self, table: dict[str, Any], path: tuple[str, ...], line: int, column: int) -> Mapping:
        return Mapping(tuple(self._entries(table, path, line, column)), line, column)

    def _entries(self, table: dict[str, Any], path: tuple[str, ...], line: int, column: int) -> list[Entry]:
        entries = []
        for key, value in table.items():
            below = (*path, key)
            place = self.places.get((*TABLE.split("."), *below), (line, column))
            entries.append(Entry(key, self.node(value, below, *place), *place))
        return entries


def _parts(name: str) -> tuple[str, ...]:
    return tuple(part.strip().strip("\"'") for part in name.split("."))
