"""Unified diff -> hunks of the new side, whoever made it: git on disk, or GitHub's `patch` of one file.

Content lines always begin with a space, `+`, `-` or `\\`, so nothing in a file can pass for a header.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from difflib import SequenceMatcher

from bot.model import ChangedFile, Hunk

_HEADER = re.compile(r"^@@ -\d+(?:,\d+)? \+(\d+)(?:,(\d+))? @@")
_LONG = 2_000
_STATUS = {"A": "added", "M": "modified", "D": "removed", "R": "renamed", "C": "copied", "T": "changed"}


def parse_hunks(patch: str) -> tuple[Hunk, ...]:
    """The hunks of one file's diff. Lines are split at LF alone: a CR or a form feed in the code is content."""
    found: list[Hunk] = []
    start = line = 0
    left = 0
    added: set[int] = set()

    def close() -> None:
        if start and line > start:
            found.append(Hunk(start, line - 1, frozenset(added)))

    for text in patch.split("\n"):
        header = _HEADER.match(text) if left <= 0 or text.startswith("@@") else None
        if header:
            close()
            start = line = int(header[1])
            left = int(header[2] or 1)
            added = set()
        elif start and text[:1] in ("+", " ") and left > 0:
            if text[0] == "+":
                added.add(line)
            line += 1
            left -= 1
    close()
    return tuple(found)


def join_raw_and_patch(raw: bytes, patch: bytes) -> tuple[ChangedFile, ...]:
    """`git diff --raw -z` and `git diff -p` of the same two commits, put together by their order.

    The names come from the first alone: with `-z` they are as they stand, newlines, quotes and all.
    """
    sections = _sections(patch)
    return tuple(_changed_file(*entry, sections) for entry in _raw_entries(raw))


def _raw_entries(raw: bytes) -> Iterator[tuple[str, str, list[str]]]:
    fields = iter(raw.split(b"\0"))
    for field in fields:
        if not field.startswith(b":"):
            continue
        _, _, _, blob, status = field.decode("ascii").split(" ")
        names = 2 if status[0] in "RC" else 1
        yield status[0], blob, [_name(next(fields)) for _ in range(names)]


def _changed_file(status: str, blob: str, names: list[str], sections: Iterator[str]) -> ChangedFile:
    hunks = parse_hunks(next(sections, ""))
    if status == "T":
        # A change of type (file to symlink) is printed as a removal and an addition.
        hunks = parse_hunks(next(sections, ""))
    return ChangedFile(
        path=names[-1],
        status=_STATUS.get(status, "changed"),
        hunks=hunks if status != "D" else (),
        previous_path=names[0] if len(names) == 2 else None,
        blob="" if set(blob) == {"0"} else blob,
    )


def _sections(patch: bytes) -> Iterator[str]:
    """One text a file. A name with a newline is quoted by git here, so a header is always one line."""
    parts = re.split(rb"(?m)^diff --git ", patch)
    return iter([part.decode("utf-8", "replace") for part in parts[1:]])


def _name(raw: bytes) -> str:
    """Names that are no UTF-8 survive the way there and back, as Python's file names do."""
    return raw.decode("utf-8", "surrogateescape")


def touched_lines(changed: ChangedFile) -> frozenset[int]:
    """Every line of the new side that the change adds or changes."""
    return frozenset().union(*(hunk.added for hunk in changed.hunks)) if changed.hunks else frozenset()


def hunk_holding(hunks: Iterable[Hunk], start: int, end: int) -> Hunk | None:
    """The one hunk that shows all of lines `start` to `end`, or None: GitHub refuses an anchor across two."""
    return next((hunk for hunk in hunks if hunk.start <= start and end <= hunk.end), None)


def compare_lines(old: bytes, new: bytes, *, context: int = 3) -> tuple[Hunk, ...]:
    """The hunks between two contents that are at hand, without git."""
    before, after = split_lines(old), split_lines(new)
    hunks: list[Hunk] = []
    for group in _matcher(before, after).get_grouped_opcodes(context):
        added = {line for tag, _, _, first, last in group if tag != "equal" for line in range(first + 1, last + 1)}
        if group[-1][4] > group[0][3]:
            hunks.append(Hunk(group[0][3] + 1, group[-1][4], frozenset(added)))
    return tuple(hunks)


def split_lines(data: bytes) -> list[bytes]:
    """Lines with their LF, as git counts them: a CR is part of the line."""
    lines = data.split(b"\n")
    return [line + b"\n" for line in lines[:-1]] + ([lines[-1]] if lines[-1] else [])


def _matcher(before: list[bytes], after: list[bytes]) -> SequenceMatcher[bytes]:
    """Lines that repeat often are left out in long files only: else a rewritten 100,000-line file would take for
    ever.
    """
    return SequenceMatcher(None, before, after, autojunk=max(len(before), len(after)) > _LONG)
