"""Findings that a comment silences, and what there is to say of the comments."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import date
from difflib import get_close_matches

from bot.model import Finding, Silenced
from bot.scan.text.comments import Suppression, comments_of, may_suppress, read_comment
from bot.scan.text.source import SourceText, split_lines


@dataclass(frozen=True, slots=True)
class Sifted:
    """The findings left, those silenced, and a sentence for each comment of ours that does nothing (any more)."""

    findings: tuple[Finding, ...]
    silenced: tuple[Silenced, ...] = ()
    notices: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Terms:
    """`today` decides what has expired; `known` are all rules' codes, `active` those this run looks for."""

    today: date
    known: Collection[str]
    active: Collection[str]


@dataclass(frozen=True, slots=True)
class _Spot:
    """A suppression, the cell and line a person sees it in, and those it speaks of (None: the whole file)."""

    suppression: Suppression
    shown: int
    target: tuple[int | None, int] | None

    def covers(self, finding: Finding) -> bool:
        """Any line of a call over several lines will do."""
        if self.target is None:
            return True
        cell, line = self.target
        return cell == finding.cell and finding.line <= line <= finding.end_line


def find_suppressions(source: SourceText) -> tuple[Suppression, ...]:
    """Every suppression in a Python source or notebook. Words inside strings are no comments."""
    if not may_suppress(source.text):
        return ()
    found = (read_comment(text, line=line, below=below) for line, below, text in comments_of(source))
    return tuple(suppression for each in found for suppression in each)


def silence(source: SourceText, findings: Sequence[Finding], *, terms: Terms) -> Sifted:
    """Take out of one file's `findings` what its comments silence."""
    spots = []
    for each in find_suppressions(source):
        place = source.place(each.target, 0) if each.target else None
        spots.append(_Spot(each, source.place(each.line, 0).line, (place.cell, place.line) if place else None))
    return _sift(source.path, findings, spots, terms)


def silence_plain(path: str, text: str, findings: Sequence[Finding], *, terms: Terms) -> Sifted:
    """The same for a file that is not Python, where a comment is what follows a `#`: only ours are looked for."""
    spots = []
    lines = split_lines(text) if "loadguard:" in text else ()
    for number, line in enumerate(lines, start=1):
        before, sign, comment = line.partition("#")
        if sign and "loadguard:" in comment:
            below = number if before.strip() else number + 1
            ours = (s for s in read_comment(comment, line=number, below=below) if s.tool == "loadguard")
            spots += [_Spot(s, number, (None, s.target)) for s in ours]
    return _sift(path, findings, spots, terms)


def _sift(path: str, findings: Sequence[Finding], spots: Sequence[_Spot], terms: Terms) -> Sifted:
    alive = [s for s in spots if not _why_dead(s.suppression, terms)]
    used: set[_Spot] = set()
    kept: list[Finding] = []
    silenced: list[Silenced] = []
    for finding in findings:
        here = [s for s in alive if s.covers(finding)]
        speaking = [s for s in here if s.suppression.codes is None or finding.rule in s.suppression.codes]
        used.update(speaking)
        if speaking:
            silenced.append(Silenced(finding, "inSource", speaking[0].suppression.text.lstrip("# ")))
        else:  # a line somebody has ruled on is never rewritten, whatever else is said of it
            kept.append(replace(finding, fix=None) if here and finding.fix else finding)
    notices = (_notice(s, s in used, terms) for s in spots if s.suppression.tool == "loadguard")
    return Sifted(tuple(kept), tuple(silenced), tuple(f"{path}:{notice}" for notice in notices if notice))


def _why_dead(suppression: Suppression, terms: Terms) -> str:
    """Why a comment of ours is not honoured; empty when it is."""
    if suppression.trouble:
        return f"is not honoured: it {suppression.trouble}"
    if suppression.until and suppression.until < terms.today:
        return f"expired on {suppression.until.isoformat()}"
    return ""


def _notice(spot: _Spot, used: bool, terms: Terms) -> str:
    suppression = spot.suppression
    said = _why_dead(suppression, terms)
    strange = sorted((suppression.codes or frozenset()) - set(terms.known))
    if not said and strange:
        near = get_close_matches(strange[0], sorted(terms.known), n=1, cutoff=0.5)
        said = f"names {strange[0]}, which is no rule" + (f"; did you mean {near[0]}?" if near else "")
    elif not said and not used and (suppression.codes is None or suppression.codes & set(terms.active)):
        said = "silences nothing; remove it"
    return f"{spot.shown}: the comment `loadguard: ignore` {said}" if said else ""
