"""Where a finding stands in the file as git counts its lines, which is how GitHub anchors comments.

git ends a line at LF alone; Python also at a lone CR, and a notebook's finding counts from its cell. The edits of a fix
are bytes of the file on disk, so they say it best.
"""

from __future__ import annotations

import json
import re

from bot.model import Finding

_LONE_CR = re.compile(rb"\r(?!\n)")
_PYTHON_LINE = re.compile(rb"\r\n|\r|\n")


def git_lines(finding: Finding, data: bytes) -> tuple[int, int] | None:
    """First and last line (1-based, inclusive) of the call on disk; None where it cannot be told."""
    if finding.cell is not None:
        return _edit_lines(finding, data) or _notebook_lines(finding, data)
    first, last = max(finding.line, 1), max(finding.end_line, finding.line, 1)
    if not _LONE_CR.search(data):
        return first, last
    return _git_line(data, first), _git_line(data, last)


def line_at(data: bytes, offset: int) -> int:
    """The line (1-based) that holds byte `offset`."""
    return data.count(b"\n", 0, offset) + 1


def _edit_lines(finding: Finding, data: bytes) -> tuple[int, int] | None:
    edits = finding.fix.edits if finding.fix else ()
    if not edits:
        return None
    return line_at(data, min(edit.start for edit in edits)), line_at(data, max(edit.end for edit in edits))


def _git_line(data: bytes, line: int) -> int:
    offset = 0
    for found in _PYTHON_LINE.finditer(data):
        if line <= 1:
            break
        line -= 1
        offset = found.end()
    return line_at(data, offset)


def _notebook_lines(finding: Finding, data: bytes) -> tuple[int, int] | None:
    """The lines of the JSON that hold the first line of the call: the only ones, or none at all."""
    first = finding.source.split("\n", 1)[0].strip()
    if not first:
        return None
    wanted = json.dumps(first, ensure_ascii=False)[1:-1].encode("utf-8", "replace")
    lines = [number for number, text in enumerate(data.split(b"\n"), 1) if wanted in text]
    return (lines[0], lines[0]) if len(lines) == 1 else None
