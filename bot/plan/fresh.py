"""Which findings does the change bring? A finding that was there before, only elsewhere, is not new.

Lines alone call every moved or re-indented call new; fingerprints alone miss what a change of a constant or an
import does to an untouched call, and cry over every renamed function. So both are asked.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from dataclasses import replace

from bot.model import Finding

Key = tuple[object, ...]
Lines = tuple[int, int]


def mark_new(
    findings: Iterable[Finding],
    *,
    touched: Collection[int] | None,
    base: Iterable[Finding] | None,
    lines: Mapping[Finding, Lines],
) -> tuple[Finding, ...]:
    """One file's findings with `new` set.

    `touched` are the lines the change adds or changes, None for all of them. `base` are the findings of the version
    before (None: not known, then lines alone decide). `lines` gives a finding's place in the file where it is not its
    own (notebooks).
    """
    found = tuple(findings)
    hit = [touched is None or _touches(lines.get(each, (each.line, each.end_line)), touched) for each in found]
    new = _against_base(found, hit, tuple(base)) if base is not None else hit
    return tuple(replace(each, new=fresh) for each, fresh in zip(found, new, strict=True))


def _against_base(found: tuple[Finding, ...], hit: list[bool], base: tuple[Finding, ...]) -> list[bool]:
    """Pair each finding with one of the base's; what is left over is new, touched lines first."""
    strong = Counter(_strong(each) for each in base)
    weak = Counter(_weak(each) for each in base)
    new = [True] * len(found)
    for wanted in (False, True):
        for index, each in enumerate(found):
            if hit[index] is wanted and strong[_strong(each)] > 0:
                strong[_strong(each)] -= 1
                weak[_weak(each)] -= 1
                new[index] = False
    for index, each in enumerate(found):
        # An untouched line in a renamed function: the same call was there under another name.
        if new[index] and not hit[index] and weak[_weak(each)] > 0:
            weak[_weak(each)] -= 1
            new[index] = False
    return new


def _touches(place: Lines, touched: Collection[int]) -> bool:
    return any(line in touched for line in range(place[0], place[1] + 1))


def _strong(finding: Finding) -> Key:
    return (*_weak(finding), finding.qualname)


def _weak(finding: Finding) -> Key:
    return (finding.rule, finding.weights_only, _text(finding))


def _text(finding: Finding) -> str:
    """The call without its layout; findings of files as a whole have none and are told apart by their message."""
    return "".join(finding.source.split()) or finding.message
