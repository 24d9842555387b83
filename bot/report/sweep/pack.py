"""The repositories and findings for the page's script: columns of numbers over one list of texts.

The same path, message or line stands in thousands of findings, so each text is written once. Everything that a
repository wrote is made visible here (no control, no right-to-left override); the script sets it as text only. The
whole is JSON in an element no browser runs, and holds no `<`, so that nothing in it can end that element.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import Any

from bot.model.sweep import Progress, Standing
from bot.report.escape import one_line, visible
from bot.report.sweep.entry import SEVERITIES, TIERS, Entry, Found
from bot.report.sweep.links import commit_of, path_in_link, repository_link
from bot.report.sweep.overview import Overview

MOST_FINDINGS = 60_000
"""Findings whose lines the page carries, the worst repositories' first; the counts and the tables have all."""
MOST_OF_ONE = 1_000
"""Findings of one repository whose lines the page carries."""


class Texts:
    """A list in which every text stands once; the empty one first."""

    def __init__(self) -> None:
        self.places: dict[str, int] = {"": 0}

    def line(self, raw: str) -> int:
        """The place of a text shown on one line."""
        return self.places.setdefault(one_line(raw), len(self.places))

    def lines(self, raws: Iterable[str]) -> int:
        """The place of several lines, blanks as they are."""
        return self.places.setdefault("\n".join(visible(raw, keep="\t") for raw in raws), len(self.places))


def pack(overview: Overview, rules: Mapping[str, Mapping[str, str]]) -> str:
    """The JSON for the page; `rules` is each rule's name and text by code."""
    texts = Texts()
    found, carried = _findings(overview, texts)
    data = {
        "web": overview.web,
        "progress": [each.value for each in Progress],
        "standing": [each.value for each in Standing],
        "severity": SEVERITIES,
        "tier": ("", *TIERS),
        "repositories": _repositories(overview, texts, carried),
        "findings": found,
        "trend": [(each.number, each.at, each.findings, each.merged) for each in overview.trend],
        "rules": rules,
        "texts": tuple(texts.places),
    }
    return json.dumps(data, separators=(",", ":")).replace("<", "\\u003c").replace(">", "\\u003e")


def _repositories(overview: Overview, texts: Texts, carried: list[int]) -> dict[str, Any]:
    """A column for each thing the table shows, sorts or filters by."""
    entries, progress, standing = overview.entries, [*Progress], [*Standing]
    return {
        "slug": [texts.line(each.slug) for each in entries],
        "linked": [int(bool(repository_link(overview.web, each))) for each in entries],
        "progress": [progress.index(each.progress) for each in entries],
        "reason": [texts.line(each.reason) for each in entries],
        "commit": [texts.line(commit_of(each)) for each in entries],
        "scanned": [texts.line(each.scanned_at) for each in entries],
        "pushed": [texts.line(each.pushed_at) for each in entries],
        "private": [int(each.private) for each in entries],
        "languages": [[texts.line(name) for name in each.languages] for each in entries],
        "topics": [[texts.line(name) for name in each.topics] for each in entries],
        "owner": [texts.line(each.owner) for each in entries],
        "standing": [standing.index(each.standing) for each in entries],
        "pull": [each.pull for each in entries],
        "red": [int(each.red) for each in entries],
        "why": [texts.line(each.pull_reason) for each in entries],
        "total": [len(each.findings) for each in entries],
        **{name: [each.count(name) for each in entries] for name in SEVERITIES},
        **{name: [each.fixes(name) for each in entries] for name in TIERS},
        "carried": carried,
        "unreadable": [[(texts.line(a), texts.line(b)) for a, b in each.unreadable] for each in entries],
    }


def _findings(overview: Overview, texts: Texts) -> tuple[dict[str, Any], list[int]]:
    """The columns of the findings, and how many of each repository's stand in them."""
    left, carried = MOST_FINDINGS, []
    lines: list[tuple[int, ...]] = []
    links: dict[int, str] = {}
    for entry in overview.entries:
        kept = entry.findings[: min(MOST_OF_ONE, left)]
        left -= len(kept)
        carried.append(len(kept))
        for each in kept:
            # the script makes a link out of what is shown; where that is not the path itself, here is the path
            if one_line(each.path) != each.path or not path_in_link(each.path):
                links[len(lines)] = path_in_link(each.path)
            lines.append(_finding(each, entry, texts))
    columns = [*zip(*lines, strict=True)] or [()] * len(COLUMNS)
    return {**dict(zip(COLUMNS, columns, strict=True)), "links": links}, carried


COLUMNS = (
    "rule", "severity", "path", "line", "cell", "message", "code", "tier", "reason", "removed", "added", "adds",
    "evidence", "advice",
)  # fmt: skip


def _finding(found: Found, entry: Entry, texts: Texts) -> tuple[int, ...]:
    evidence = (f"{one_line(kind)}\t{one_line(words)}" for kind, words in found.evidence)
    return (
        texts.line(found.rule),
        SEVERITIES.index(found.severity),
        texts.line(found.path),
        found.line,
        found.cell,
        texts.line(found.message),
        texts.lines(found.lines),
        ("", *TIERS).index(found.tier),
        texts.line(found.reason),
        texts.lines(found.removed),
        texts.lines(found.added),
        texts.line(", ".join(found.adds)),
        texts.lines(evidence),
        texts.lines(found.advice.splitlines()),
    )
