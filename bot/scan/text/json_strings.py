"""String literals of a JSON file with the bytes they stand in, which the standard decoder does not tell."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass

_TOKEN = re.compile(rb'"[^"\\]*(?:\\.[^"\\]*)*"|[{}\[\],:]')
_PIECE = re.compile(rb"\\u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}|\\u[0-9a-fA-F]{4}|\\.|[^\\]+")
_SURROGATE = re.compile("[\ud800-\udfff]")

Path = tuple[str | int, ...]


@dataclass(frozen=True, slots=True)
class Literal:
    """One string value: `start` to `end` are the bytes between its quotes, `path` leads to it."""

    path: Path
    start: int
    end: int


def find_literals(data: bytes, *, deepest: int) -> Iterator[Literal]:
    """Every string value of `data` (which must be valid JSON in UTF-8) at most `deepest` containers down."""
    path: list[str | int] = []
    in_object: list[bool] = []
    expects_key = False
    for token in _TOKEN.finditer(data):
        sign = data[token.start()]
        if sign == ord('"'):
            if expects_key:
                path[-1] = _key(token.group())
            elif len(path) <= deepest:
                yield Literal(tuple(path), token.start() + 1, token.end() - 1)
        elif sign in b"{[":
            expects_key = sign == ord("{")
            in_object.append(expects_key)
            path.append("" if expects_key else 0)
        elif sign in b"}]":
            in_object.pop()
            path.pop()
            expects_key = False
        elif sign == ord(","):
            expects_key = in_object[-1]
            last = path[-1]
            if isinstance(last, int):
                path[-1] = last + 1
        else:
            expects_key = False


def _key(literal: bytes) -> str:
    return str(json.loads(literal)) if b"\\" in literal else literal[1:-1].decode()


def read_text(raw: bytes) -> str:
    """The text a literal stands for; a lone surrogate, which no Python source can hold, reads as `?`."""
    return _SURROGATE.sub("?", json.loads(b'"%b"' % raw)) if b"\\" in raw else raw.decode()


def byte_of(raw: bytes, character: int) -> int:
    """The offset within `raw` of the `character`-th character of the text it stands for."""
    seen = 0
    for piece in _PIECE.finditer(raw):
        if seen == character:
            return piece.start()
        if piece.group()[:1] == b"\\":
            seen += 1
            continue
        text = piece.group().decode()
        if seen + len(text) > character:
            return piece.start() + len(text[: character - seen].encode())
        seen += len(text)
    return len(raw)
