"""Python blocks of a Markdown file as one source text. Lines stay where they are; what is not Python is blank."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from bot.model import Unreadable
from bot.scan.text.magics import parses
from bot.scan.text.source import SourceText, read_source

_FENCE = re.compile(r"(?P<indent>[ \t>]*)(?P<fence>`{3,}|~{3,})\s*\{?\.?(?P<language>[\w+-]*)")
_PYTHON = frozenset({"python", "py", "python3", "pycon", "ipython", "py3"})
_PROMPT = re.compile(r"([ \t]*)(>>>|\.\.\.)( |$)")


@dataclass(frozen=True, slots=True)
class Block:
    """Lines `first` to `last` (0-based, end exclusive) between two fences."""

    first: int
    last: int


def read_markdown(path: str, data: bytes) -> SourceText | Unreadable:
    """All Python blocks of a file that parse; a block that is only a fragment is left out, since nobody runs it."""
    whole = read_source(path, data)
    if isinstance(whole, Unreadable):
        return whole
    lines = [_ending(line) for line in whole.lines]
    for block in _blocks(whole.lines):
        python, opener = _as_python(whole.lines[block.first : block.last])
        # The fence's own line opens a block for indented code, so that no column moves.
        if parses(opener + "".join(python)):
            lines[block.first - 1] = opener.rstrip() + lines[block.first - 1]
            lines[block.first : block.last] = python
    return SourceText(path, data, "".join(lines), whole.encoding, tuple(lines), whole.starts)


def _ending(line: str) -> str:
    return line[len(line.rstrip("\r\n")) :]


def _blocks(lines: tuple[str, ...]) -> Iterator[Block]:
    fence, first, python = "", 0, False
    for number, line in enumerate(lines):
        found = _FENCE.match(line)
        if not fence and found:
            fence, first = found["fence"], number + 1
            python = found["language"].lower() in _PYTHON and ">" not in found["indent"]
        elif fence and found and found["fence"].startswith(fence) and not found["language"]:
            if python:
                yield Block(first, number)
            fence = ""
    if fence and python:
        yield Block(first, len(lines))


def _as_python(lines: tuple[str, ...]) -> tuple[list[str], str]:
    """The block's lines with prompts made into white space, and what has to stand on the line before them."""
    if any(_PROMPT.match(line) for line in lines):
        prompted = [(_PROMPT.match(line), line) for line in lines]
        python = [f"{m[1]}   {m[3]}{line[m.end() :]}" if m else _ending(line) for m, line in prompted]
        return python, "if 1:\n"
    indented = any(line.strip() for line in lines) and all(line[:1] in " \t\r\n" for line in lines)
    return list(lines), "if 1:\n" if indented else ""
