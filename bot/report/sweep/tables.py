"""A sweep as two tables (RFC 4180): one line a repository, one line a finding.

A spreadsheet runs a cell that begins like a formula, whoever wrote it (CWE-1236): such a cell gets an apostrophe
before it, every text is quoted, and a line break or tab inside is shown as an escape.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence

from bot.report.escape import one_line
from bot.report.sweep.entry import Entry, Found
from bot.report.sweep.links import finding_link, pull_link
from bot.report.sweep.overview import Overview

REPOSITORY_COLUMNS = (
    "repository", "progress", "reason", "findings", "errors", "warnings", "notes", "safe fixes", "review fixes",
    "unreadable files", "pull request", "pull request url", "scanned at", "commit", "pushed at", "private", "languages",
    "topics",
)  # fmt: skip
FINDING_COLUMNS = (
    "repository", "rule", "severity", "path", "cell", "line", "column", "message", "code", "fix", "becomes", "advice",
    "url", "pull request", "fingerprint",
)  # fmt: skip
_FORMULA = ("=", "+", "-", "@", "＝", "＋", "－", "＠", "'")  # full-width forms count in some locales

Cell = str | int


def render_repositories_csv(overview: Overview) -> str:
    """Every repository, the worst first."""
    return _table(REPOSITORY_COLUMNS, (_repository(each, overview.web) for each in overview.entries))


def render_findings_csv(overview: Overview) -> str:
    """Every finding, in the repositories' order."""
    lines = (_finding(each, entry, overview.web) for entry in overview.entries for each in entry.findings)
    return _table(FINDING_COLUMNS, lines)


def harmless(text: str) -> str:
    """One line of text that no spreadsheet takes for a formula."""
    shown = one_line(text)
    return f"'{shown}" if shown.startswith(_FORMULA) else shown


def _table(columns: Sequence[str], lines: Iterable[Sequence[Cell]]) -> str:
    file = io.StringIO(newline="")
    writer = csv.writer(file, quoting=csv.QUOTE_NONNUMERIC, lineterminator="\r\n")
    writer.writerow(columns)
    for line in lines:
        writer.writerow([harmless(each) if isinstance(each, str) else each for each in line])
    return file.getvalue()


def _repository(entry: Entry, web: str) -> tuple[Cell, ...]:
    return (
        entry.slug, entry.progress.value, entry.reason, len(entry.findings), entry.count("error"),
        entry.count("warning"), entry.count("note"), entry.fixes("safe"), entry.fixes("review"), len(entry.unreadable),
        entry.standing.value, pull_link(web, entry), entry.scanned_at, entry.commit, entry.pushed_at,
        "yes" if entry.private else "no", ", ".join(entry.languages), ", ".join(entry.topics),
    )  # fmt: skip


def _finding(found: Found, entry: Entry, web: str) -> tuple[Cell, ...]:
    return (
        entry.slug, found.rule, found.severity, found.path, "" if found.cell < 0 else found.cell, found.line,
        found.column, found.message, " ".join(found.lines), found.tier or "none", " ".join(found.added), found.advice,
        finding_link(web, entry, found), pull_link(web, entry), found.fingerprint,
    )  # fmt: skip
