"""The text of a one-click suggestion: whole lines of the new side, as they read once the fix is in."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from bot.diff import hunk_holding
from bot.edits import apply_edits
from bot.model import Edit, Finding, Hunk
from bot.plan.place import line_at


@dataclass(frozen=True, slots=True)
class Suggestion:
    """Lines `start` to `end` (1-based, inclusive) become `text` (no final line break, LF between lines)."""

    start: int
    end: int
    text: str


def suggest(
    data: bytes, findings: Iterable[Finding], *, hunks: tuple[Hunk, ...], call: tuple[int, int] | None = None
) -> Suggestion | None:
    """What a click should put in place of the lines the fixes touch, or None where that is impossible.

    It spans all lines of `call` where one hunk shows them, else only those that change.

    GitHub writes UTF-8 and anchors inside one hunk only, so a file in another encoding, or an edit that reaches
    beyond what the diff shows, gets a comment without a button.
    """
    edits = tuple(dict.fromkeys(edit for finding in findings if finding.fix for edit in finding.fix.edits))
    if not edits or not _is_utf8(data):
        return None
    start = line_at(data, min(edit.start for edit in edits))
    end = line_at(data, max(edit.end for edit in edits))
    if call and hunk_holding(hunks, min(start, call[0]), max(end, call[1])):
        start, end = min(start, call[0]), max(end, call[1])
    if hunk_holding(hunks, start, end) is None:
        return None
    first, last = _span(data, start, end)
    text = apply_edits(data, edits)[first : last + sum(_growth(edit) for edit in edits)]
    lines = text.decode("utf-8").split("\n")
    return Suggestion(start, end, "\n".join(line.removesuffix("\r") for line in lines))


def apply_suggestion(text: str, suggestion: Suggestion) -> str:
    """What GitHub does on the click: whole lines replaced, the file's own line break kept."""
    lines = text.split("\n")
    tail = "\r" if lines[suggestion.start - 1].endswith("\r") else ""
    lines[suggestion.start - 1 : suggestion.end] = [line + tail for line in suggestion.text.split("\n")]
    return "\n".join(lines)


def _span(data: bytes, start: int, end: int) -> tuple[int, int]:
    """The bytes from the beginning of line `start` to the end of line `end`, its line break left out."""
    first = 0
    for _ in range(start - 1):
        first = data.index(b"\n", first) + 1
    last = first
    for _ in range(end - start):
        last = data.index(b"\n", last) + 1
    stop = data.find(b"\n", last)
    return first, len(data) if stop < 0 else stop


def _growth(edit: Edit) -> int:
    return len(edit.text.encode("utf-8")) - (edit.end - edit.start)


def _is_utf8(data: bytes) -> bool:
    try:
        data.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True
