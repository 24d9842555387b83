"""A policy file as a tree in which every key and value knows its line and column; YAML or the TOML of pyproject.

The file may come from a stranger's pull request, so nothing is built before it is known to be small: size, depth and
count are bounded while reading events, and anchors are refused (a few lines of them unfold to gigabytes).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from bot.errors import PolicyError

LARGEST = 256 * 1024
"""Bytes of a policy file."""
DEEPEST = 16
"""Nested collections in a policy file; the schema needs five."""
MOST_NODES = 20_000


@dataclass(frozen=True, slots=True)
class Scalar:
    """A single value. `text` is what was written: `2.10` stays apart from `2.1`."""

    value: str | int | float | bool | None
    text: str
    line: int
    column: int


@dataclass(frozen=True, slots=True)
class Sequence:
    items: tuple[Node, ...]
    line: int
    column: int


@dataclass(frozen=True, slots=True)
class Entry:
    """A key and its value; line and column are the key's."""

    key: str
    value: Node
    line: int
    column: int


@dataclass(frozen=True, slots=True)
class Mapping:
    entries: tuple[Entry, ...]
    line: int
    column: int


Node = Scalar | Sequence | Mapping


def refuse(name: str, line: int, column: int, message: str, *, hint: str = "") -> PolicyError:
    """The error for one place of a policy file."""
    return PolicyError(f"{name}:{line}:{column}: {message}", hint=hint)


def read_yaml(data: bytes, *, name: str) -> Mapping:
    """Read YAML as YAML 1.2 does: `off` and `no` are words, not false. An empty file is an empty policy.

    Raises `PolicyError` with line and column for everything that is not a plain, small mapping.
    """
    import yaml

    text = decoded(data, name)
    tab = re.search(r"^ *\t(?=[ \t]*[^\s#])", text, re.MULTILINE)
    if tab:
        line = text.count("\n", 0, tab.start()) + 1
        raise refuse(name, line, tab.end() - tab.start(), "a tab in the indentation", hint="YAML indents with spaces")
    try:
        return _from_events(yaml.parse(text, Loader=yaml.SafeLoader), name)
    except yaml.MarkedYAMLError as trouble:
        mark = trouble.problem_mark or trouble.context_mark
        line, column = (mark.line + 1, mark.column + 1) if mark else (1, 1)
        told = f"not YAML: {trouble.problem or trouble.context}"
        raise refuse(name, line, column, told, hint=_quoting(text, line, column)) from trouble
    except yaml.reader.ReaderError as trouble:
        line, column = _place(text, trouble.position)
        raise refuse(name, line, column, f"not YAML: the character {text[trouble.position]!a}") from trouble
    except (yaml.YAMLError, RecursionError) as trouble:
        raise refuse(name, 1, 1, f"not YAML: {' '.join(str(trouble).split())}") from trouble


def _place(text: str, at: int) -> tuple[int, int]:
    """Line and column of a character."""
    return text.count("\n", 0, at) + 1, at - text.rfind("\n", 0, at)


def _quoting(text: str, line: int, column: int) -> str:
    """A hint where a value begins with a sign of YAML's own, as a glob's `*` is; empty elsewhere."""
    written = (text.splitlines()[line - 1 : line] or [""])[0]
    if written[column - 1 : column] == "\t":
        return "YAML sets words apart with spaces"
    sign = next((each for each in written[max(column - 2, 0) : column] if each in "*&!%@`"), "")
    return f"put what begins with `{sign}` in quotes" if sign else ""


def decoded(data: bytes, name: str, *, largest: int = LARGEST) -> str:
    """A policy file's text. Raises `PolicyError` where it is too long, or at the first byte that is not UTF-8."""
    if len(data) > largest:
        raise refuse(name, 1, 1, f"{len(data):,} bytes long; a policy has at most {largest:,}")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as trouble:
        line = data.count(b"\n", 0, trouble.start) + 1
        column = trouble.start - data.rfind(b"\n", 0, trouble.start)
        raise refuse(name, line, column, "not UTF-8") from trouble


def _from_events(events: Iterator[Any], name: str) -> Mapping:
    node = _Builder(name).build(events)
    if isinstance(node, Scalar) and node.value is None:
        return Mapping((), 1, 1)
    if not isinstance(node, Mapping):
        raise refuse(name, node.line, node.column, "a policy is a mapping of keys to values")
    return node


class _Builder:
    """Builds the tree from pyyaml's events, counting as it goes."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.count = 0

    def build(self, events: Iterator[Any]) -> Node:
        node: Node = Scalar(None, "", 1, 1)
        documents = 0
        for event in events:
            kind = type(event).__name__
            if kind == "DocumentStartEvent":
                documents += 1
                if documents > 1:
                    raise self._refused(event, "a second document; a policy is one")
                node = self._node(next(events), events, 0)
        return node

    def _node(self, event: Any, events: Iterator[Any], depth: int) -> Node:
        self.count += 1
        line, column = event.start_mark.line + 1, event.start_mark.column + 1
        if depth > DEEPEST:
            raise self._refused(event, f"nested more than {DEEPEST} deep")
        if self.count > MOST_NODES:
            raise self._refused(event, f"more than {MOST_NODES:,} values")
        if type(event).__name__ == "AliasEvent" or event.anchor:
            raise self._refused(event, "an anchor or alias", hint="write the value out; a policy has no anchors")
        if event.tag not in (None, "!", "tag:yaml.org,2002:str"):
            raise self._refused(event, f"the tag {event.tag}", hint="a policy has no tags")
        if type(event).__name__ == "ScalarEvent":
            return Scalar(_typed(event), event.value, line, column)
        if type(event).__name__ == "SequenceStartEvent":
            return Sequence(tuple(self._children(events, depth)), line, column)
        return Mapping(self._entries(events, depth), line, column)

    def _children(self, events: Iterator[Any], depth: int) -> Iterator[Node]:
        for event in events:
            if type(event).__name__.endswith("EndEvent"):
                return
            yield self._node(event, events, depth + 1)

    def _entries(self, events: Iterator[Any], depth: int) -> tuple[Entry, ...]:
        entries: dict[str, Entry] = {}
        for event in events:
            if type(event).__name__.endswith("EndEvent"):
                break
            key = self._node(event, events, depth + 1)
            if not isinstance(key, Scalar):
                raise self._refused(event, "a key that is a collection")
            if key.text in entries:
                first = entries[key.text]
                raise self._refused(
                    event, f"the key `{key.text}` again", hint=f"it stands in line {first.line} already"
                )
            value = self._node(next(events), events, depth + 1)
            entries[key.text] = Entry(key.text, value, key.line, key.column)
        return tuple(entries.values())

    def _refused(self, event: Any, message: str, *, hint: str = "") -> PolicyError:
        return refuse(self.name, event.start_mark.line + 1, event.start_mark.column + 1, message, hint=hint)


def _typed(event: Any) -> str | int | float | bool | None:
    """A plain scalar by YAML 1.2's core schema; anything quoted is a string."""
    text: str = event.value
    if event.style or event.tag in ("!", "tag:yaml.org,2002:str"):
        return text
    if text.lower() in ("", "~", "null"):
        return None
    if text.lower() in ("true", "false"):
        return text.lower() == "true"
    if re.fullmatch(r"[-+]?[0-9]{1,18}", text):
        return int(text)
    if re.fullmatch(r"[-+]?([0-9]+\.[0-9]*|\.[0-9]+)([eE][-+]?[0-9]{1,3})?", text):
        return float(text)
    return text
