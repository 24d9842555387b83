"""Byte edits of several findings applied to one file: all of them or, for two that collide, the first."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from bot.edits import apply_edits
from bot.model import Edit, Finding


@dataclass(frozen=True, slots=True)
class Applied:
    """`content` after the edits; `done` are the findings they belong to, `left` those whose edits collide with
    others'.
    """

    content: bytes
    done: tuple[Finding, ...]
    left: tuple[Finding, ...]


def apply_fixes(data: bytes, findings: Iterable[Finding]) -> Applied:
    """Apply every finding's fix that does not touch what an earlier one changes. The same edit twice is one edit."""
    taken: list[Edit] = []
    done: list[Finding] = []
    left: list[Finding] = []
    for finding in findings:
        edits = finding.fix.edits if finding.fix else ()
        fresh = [edit for edit in edits if edit not in taken]
        if not edits:
            continue
        if any(_collide(edit, other) for edit in fresh for other in taken) or any(
            edit.end > len(data) for edit in fresh
        ):
            left.append(finding)
            continue
        taken += fresh
        done.append(finding)
    return Applied(apply_edits(data, taken), tuple(done), tuple(left))


def _collide(one: Edit, other: Edit) -> bool:
    """Whether the two touch; which of two insertions at one place comes first would be a guess."""
    first, second = sorted((one, other), key=lambda each: (each.start, each.end))
    return first.start == second.start or first.end > second.start
