"""Where GitHub lets a review comment stand: inside one hunk of the pull request's own diff."""

from __future__ import annotations

import re
from dataclasses import dataclass

HEADER = re.compile(r"^@@ -(\d+)(?:,(\d+))? \+(\d+)(?:,(\d+))? @@")


@dataclass(frozen=True)
class ShownHunk:
    """The lines one hunk shows on each side, and its text."""

    left: frozenset[int]
    right: frozenset[int]
    text: str

    def side(self, name: str) -> frozenset[int]:
        return self.left if name == "LEFT" else self.right


def shown_hunks(patch: str | None) -> list[ShownHunk]:
    hunks: list[ShownHunk] = []
    for part in re.split(r"^(?=@@ )", patch or "", flags=re.MULTILINE):
        header = HEADER.match(part)
        if header is None:
            continue
        old, new = int(header[1]), int(header[3])
        left, right = set(), set()
        for line in part.split("\n")[1:]:
            if line.startswith(("-", " ")):
                left.add(old)
                old += 1
            if line.startswith(("+", " ")):
                right.add(new)
                new += 1
        hunks.append(ShownHunk(frozenset(left), frozenset(right), part.rstrip("\n")))
    return hunks


def anchor_hunk(
    patch: str | None, line: int, *, side: str = "RIGHT", start_line: int | None = None, start_side: str | None = None
) -> ShownHunk | None:
    """The hunk that holds the whole anchor, or None where GitHub would refuse it."""
    if start_line is not None and start_line >= line and (start_side or side) == side:
        return None
    for hunk in shown_hunks(patch):
        first_is_in = start_line is None or start_line in hunk.side(start_side or side)
        if line in hunk.side(side) and first_is_in:
            return hunk
    return None
