"""The lines a finding speaks of, and its fix as a small diff, both from the file's bytes as they lie on disk."""

from __future__ import annotations

import io
import json
import tokenize
from collections.abc import Callable
from dataclasses import dataclass

from bot.model import Finding, Fix
from bot.report.words import whole_file

ReadFile = Callable[[str], bytes | None]
"""The bytes of a file of the report by its path, or None where they cannot be had."""

LONGEST_EXCERPT = 8
"""Lines of a call that are shown; the rest of a longer one is counted."""


@dataclass(frozen=True, slots=True)
class Line:
    """A line of a file, its number 1-based; `mark` is the part to underline, as columns 0-based, end exclusive."""

    number: int
    text: str
    mark: tuple[int, int]


@dataclass(frozen=True, slots=True)
class Change:
    """The lines a fix takes away and those it puts there; `line` is the first one's number in the file."""

    line: int
    removed: tuple[str, ...]
    added: tuple[str, ...]


def excerpt(finding: Finding, data: bytes | None) -> tuple[Line, ...]:
    """The lines of the call; from the finding's own text where the file is not at hand. Empty for a whole file."""
    if whole_file(finding):
        return ()
    lines = _lines_of(finding, data)
    wanted = lines[finding.line - 1 : finding.end_line] if lines else []
    if not wanted:
        texts = finding.source.splitlines()
        return tuple(Line(finding.line + n, text, (0, len(text))) for n, text in enumerate(texts[:LONGEST_EXCERPT]))
    return tuple(
        Line(finding.line + n, text, _mark(finding, finding.line + n, text))
        for n, text in enumerate(wanted[:LONGEST_EXCERPT])
    )


def _mark(finding: Finding, number: int, text: str) -> tuple[int, int]:
    indent = len(text) - len(text.lstrip())
    start = finding.column - 1 if number == finding.line else indent
    end = finding.end_column - 1 if number == finding.end_line else len(text.rstrip())
    return start, max(end, start)


def change(fix: Fix, data: bytes) -> Change:
    """The whole lines that the fix's edits touch, before and after, without those that stay the same."""
    encoding = encoding_of(data)
    first = data.rfind(b"\n", 0, min(each.start for each in fix.edits)) + 1
    last = data.find(b"\n", max(each.end for each in fix.edits))
    last = len(data) if last < 0 else last
    after = bytearray(data[first:last])
    for each in sorted(fix.edits, key=lambda edit: edit.start, reverse=True):
        after[each.start - first : each.end - first] = each.text.encode(encoding, "replace")
    old = data[first:last].decode(encoding, "replace").splitlines()
    new = bytes(after).decode(encoding, "replace").splitlines()
    skip = 0
    while skip < min(len(old), len(new)) and old[skip] == new[skip]:
        skip += 1
    tail = 0
    while tail < min(len(old), len(new)) - skip and old[-1 - tail] == new[-1 - tail]:
        tail += 1
    line = data.count(b"\n", 0, first) + 1 + skip
    return Change(line, tuple(old[skip : len(old) - tail]), tuple(new[skip : len(new) - tail]))


def encoding_of(data: bytes) -> str:
    """The encoding the file declares (BOM or coding line), else UTF-8."""
    try:
        return tokenize.detect_encoding(io.BytesIO(data).readline)[0]
    except SyntaxError:
        return "utf-8"


def _lines_of(finding: Finding, data: bytes | None) -> list[str]:
    if data is None:
        return []
    text = data.decode(encoding_of(data), "replace")
    if finding.cell is not None:
        text = _cell_text(text, finding.cell)
    return text.splitlines()


def _cell_text(text: str, index: int) -> str:
    try:
        source = json.loads(text)["cells"][index]["source"]
    except (ValueError, LookupError, TypeError, RecursionError):
        return ""
    return source if isinstance(source, str) else "".join(str(each) for each in source)
