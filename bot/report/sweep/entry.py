"""A row of the state as the reports show it, read with distrust: the state travelled as an artifact.

Whatever has the wrong type is left out or becomes empty; nothing here raises. Texts keep what the repository wrote
(each format escapes for its own place), cut where no honest value is that long.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from bot.model.sweep import Progress, Row, Standing

LONGEST = 2_000
"""Characters of any one text that are shown."""
MOST_LINES = 12
SEVERITIES = ("error", "warning", "note")
TIERS = ("safe", "review")
_CODE = re.compile(r"[A-Z]{2}[0-9]{3}")
_MOMENT = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9:.]{5,15}(Z|[+-][0-9:]{4,5})")


@dataclass(frozen=True, slots=True)
class Found:
    """One finding. `line` is 0 for a file as a whole, `cell` -1 outside a notebook, `tier` empty without a fix.

    `lines` are the call's own lines where the state has them, else the call's text. `evidence` is kind and words.
    """

    rule: str
    severity: str
    path: str
    line: int
    column: int
    cell: int
    message: str
    lines: tuple[str, ...]
    tier: str = ""
    reason: str = ""
    adds: tuple[str, ...] = ()
    removed: tuple[str, ...] = ()
    added: tuple[str, ...] = ()
    evidence: tuple[tuple[str, str], ...] = ()
    advice: str = ""
    fingerprint: str = ""


@dataclass(frozen=True, slots=True)
class Entry:
    """One repository: how far it came, what stands in it, what became of our pull request.

    `commit` is what was scanned and `scanned_at` when; both empty where nothing was. `pull` is the pull request's
    number, 0 for none; `pull_reason` why there is none.
    """

    slug: str
    progress: Progress
    reason: str
    commit: str
    scanned_at: str
    pushed_at: str
    languages: tuple[str, ...]
    topics: tuple[str, ...]
    private: bool
    standing: Standing
    pull: int
    red: bool
    pull_reason: str
    findings: tuple[Found, ...]
    unreadable: tuple[tuple[str, str], ...]

    def count(self, severity: str) -> int:
        return sum(each.severity == severity for each in self.findings)

    def fixes(self, tier: str) -> int:
        return sum(each.tier == tier for each in self.findings)

    @property
    def owner(self) -> str:
        return self.slug.partition("/")[0]

    @property
    def risk(self) -> tuple[int, int, int, str]:
        """Sorts the worst first, equals by name."""
        return (-self.count("error"), -self.count("warning"), -self.count("note"), self.slug)


def read_entry(row: Row) -> Entry:
    """A row of the state. A skipped repository shows no findings: it is not ours to look at any more."""
    repository, scan, publication = row.repository, row.scan, row.publication
    report = scan.report if scan and row.progress is not Progress.SKIPPED else {}
    standing = publication.standing if publication else Standing.NONE
    return Entry(
        slug=_text(repository.slug),
        progress=row.progress,
        reason=_text(row.reason),
        commit=_text(scan.commit) if scan else "",
        scanned_at=read_moment(scan.at) if scan else "",
        pushed_at=read_moment(repository.pushed_at),
        languages=_texts(repository.languages),
        topics=_texts(repository.topics),
        private=repository.private is True,
        standing=standing,
        pull=_number(publication.number) if publication and standing is not Standing.NONE else 0,
        red=bool(publication and publication.red is True),
        pull_reason=_text(publication.reason) if publication else "",
        findings=tuple(sorted((_found(each) for each in _members(report.get("findings"))), key=_order)),
        unreadable=tuple((_text(u.get("path")), _text(u.get("reason"))) for u in _members(report.get("unreadable"))),
    )


def read_moment(value: object) -> str:
    """A moment in ISO 8601 as it is; empty for anything else."""
    return value if isinstance(value, str) and _MOMENT.fullmatch(value) else ""


def _found(data: Mapping[str, object]) -> Found:
    fix, change = _mapping(data.get("fix")), _mapping(data.get("change"))
    tier, rule, severity = _text(fix.get("tier")), _text(data.get("rule")), _text(data.get("severity"))
    cell, path, line = data.get("cell"), _text(data.get("path")), _number(data.get("line"))
    lines = _texts(data.get("lines")) or tuple(_text(data.get("source")).splitlines())
    return Found(
        rule=rule if _CODE.fullmatch(rule) else "?",
        # a level nobody knows is the loudest: it must not hide
        severity=severity if severity in SEVERITIES else SEVERITIES[0],
        path=path,
        line=line,
        column=_number(data.get("column")),
        cell=-1 if cell is None else _number(cell),
        message=_text(data.get("message")),
        lines=lines[:MOST_LINES],
        tier=tier if tier in TIERS else "",
        reason=_text(fix.get("reason")),
        adds=_texts(fix.get("adds")),
        removed=_texts(change.get("removed")),
        added=_texts(change.get("added")),
        evidence=tuple(_evidence(each, path, line) for each in _members(data.get("evidence"))[:MOST_LINES]),
        advice=_text(data.get("advice")),
        fingerprint=_text(data.get("fingerprint")),
    )


def _evidence(data: Mapping[str, object], path: str, line: int) -> tuple[str, str]:
    """Kind, and the detail with where it stands unless that is the finding's own line."""
    kind, detail = _text(data.get("kind")), _text(data.get("detail"))
    where, number = _text(data.get("path")), _number(data.get("line"))
    if not where or (where, number) == (path, line):
        return kind, detail
    return kind, f"{detail} ({where}:{number})" if number else f"{detail} ({where})"


def _order(found: Found) -> tuple[int, str, int, int, str]:
    return SEVERITIES.index(found.severity), found.path, found.line, found.column, found.rule


def _text(value: object) -> str:
    if not isinstance(value, str):
        return ""
    return value if len(value) <= LONGEST else value[: LONGEST - 1] + "…"


def _texts(value: object) -> tuple[str, ...]:
    return tuple(_each(value)) if isinstance(value, list | tuple) else ()


def _each(values: list[object] | tuple[object, ...]) -> Iterator[str]:
    for each in values[:MOST_LINES]:
        if isinstance(each, str):
            yield _text(each)


def _number(value: object) -> int:
    """A whole number from 0 up to what a browser counts exactly; anything else is 0."""
    return value if type(value) is int and 0 <= value < 2**53 else 0


def _mapping(value: object) -> Mapping[str, object]:
    return value if isinstance(value, dict) else {}


def _members(value: object) -> list[Mapping[str, object]]:
    return [each for each in value if isinstance(each, dict)] if isinstance(value, list) else []
