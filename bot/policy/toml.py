"""`[tool.loadguard]` of a pyproject.toml as the same tree. tomllib keeps no places, so lines are looked up by key."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from bot.policy.tree import LARGEST, Entry, Mapping, Node, Scalar, Sequence, decoded, refuse

TABLE = "tool.loadguard"


class _Number(float):
    """A float that remembers how it was written: torch 2.10 is not torch 2.1."""

    text: str


def speaks(data: bytes) -> bool:
    """Whether a pyproject.toml has a `[tool.loadguard]`, however it is written; also one that is broken near it."""
    if b"loadguard" not in data:
        return False
    import tomllib

    try:
        tool = tomllib.loads(data.decode("utf-8-sig")).get("tool")
        return isinstance(tool, dict) and "loadguard" in tool
    except (ValueError, RecursionError):  # not TOML, or not UTF-8
        return TABLE.encode() in data


def read_toml(data: bytes, *, name: str) -> Mapping | None:
    """The table `[tool.loadguard]`, or None where there is none. Raises `PolicyError` with the line."""
    if b"loadguard" not in data:
        return None
    import tomllib

    text = decoded(data, name, largest=8 * LARGEST)
    try:
        table = tomllib.loads(text, parse_float=_number).get("tool", {}).get("loadguard")
    except (tomllib.TOMLDecodeError, RecursionError) as trouble:
        at = re.search(r"\(at line (\d+), column (\d+)\)", str(trouble))
        line, column = (int(at[1]), int(at[2])) if at else (text.count("\n") + 1, 1)
        raise refuse(name, line, column, f"not TOML: {str(trouble).partition(' (at ')[0]}") from trouble
    except AttributeError as trouble:
        raise refuse(name, 1, 1, "`tool` is not a table") from trouble
    if table is None:
        return None
    if not isinstance(table, dict):
        raise refuse(name, 1, 1, f"`{TABLE}` is not a table")
    return _Places(text).whole(table)


def _number(text: str) -> _Number:
    number = _Number(text)
    number.text = text
    return number


class _Places:
    """Finds the line of a key by reading headers and keys as they are written; the table's header where it cannot.

    A table of an array (`[[tool.loadguard.ignore]]`) is known by its number, as `ignore.1`.
    """

    def __init__(self, text: str) -> None:
        self.places: dict[tuple[str, ...], tuple[int, int]] = {}
        self.counts: dict[tuple[str, ...], int] = {}
        table: tuple[str, ...] = ()
        for number, line in enumerate(text.splitlines(), 1):
            header = re.match(r"\s*(\[\[?)\s*([^\]]+?)\s*\]\]?", line)
            key = re.match(r"\s*([A-Za-z0-9_.\"'\s-]+?)\s*=", line)
            place = (number, len(line) - len(line.lstrip()) + 1)
            if header:
                table = self._numbered(_parts(header[2]), new=header[1] == "[[")
                self.places.setdefault(table, place)
            elif key:
                self.places.setdefault(table + _parts(key[1]), place)

    def _numbered(self, name: tuple[str, ...], *, new: bool) -> tuple[str, ...]:
        """A header's name with the number of each array's last table in it."""
        table: tuple[str, ...] = ()
        for part in name[:-1] if new else name:
            table += (part,)
            if table in self.counts:
                table += (str(self.counts[table]),)
        if new:
            table += name[-1:]
            self.counts[table] = self.counts.get(table, -1) + 1
            table += (str(self.counts[table]),)
        return table

    def whole(self, table: dict[str, Any]) -> Mapping:
        return self.table(table, (), *self._place((), 1, 1))

    def node(self, value: Any, path: tuple[str, ...], line: int, column: int) -> Node:
        if isinstance(value, dict):
            return self.table(value, path, line, column)
        if isinstance(value, list):
            return Sequence(tuple(self._items(value, path, line, column)), line, column)
        if isinstance(value, _Number):
            return Scalar(float(value), value.text, line, column)
        if isinstance(value, (bool, int, str)):
            return Scalar(value, str(value), line, column)
        return Scalar(str(value), str(value), line, column)  # a TOML date is an ISO date to the policy

    def _items(self, values: list[Any], path: tuple[str, ...], line: int, column: int) -> Iterator[Node]:
        for number, value in enumerate(values):
            below = (*path, str(number))
            yield self.node(value, below, *self._place(below, line, column))

    def _place(self, path: tuple[str, ...], line: int, column: int) -> tuple[int, int]:
        return self.places.get((*TABLE.split("."), *path), (line, column))

    def table(self, table: dict[str, Any], path: tuple[str, ...], line: int, column: int) -> Mapping:
        return Mapping(tuple(self._entries(table, path, line, column)), line, column)

    def _entries(self, table: dict[str, Any], path: tuple[str, ...], line: int, column: int) -> list[Entry]:
        entries = []
        for key, value in table.items():
            below = (*path, key)
            place = self._place(below, line, column)
            entries.append(Entry(key, self.node(value, below, *place), *place))
        return entries


def _parts(name: str) -> tuple[str, ...]:
    return tuple(part.strip().strip("\"'") for part in name.split("."))
