"""A sweep as one JSON object, version 1, published as `bot/schemas/sweep.schema.json`.

Fields may be added; none changes its meaning or goes without a new version. One repository stands in one line.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from bot import __version__
from bot.report.sweep.entry import Entry, Found
from bot.report.sweep.links import finding_link, pull_link, repository_link
from bot.report.sweep.overview import Overview

SCHEMA_VERSION = 1


def render_sweep_json(overview: Overview) -> str:
    """The whole of it; ASCII only, so that any pipe carries it."""
    return "".join(_parts(overview))


def _parts(overview: Overview) -> Iterator[str]:
    head = json.dumps(_head(overview), indent=2)
    yield head.removesuffix("\n}") + ',\n  "repositories": ['
    mark = ""
    for entry in overview.entries:
        yield f"{mark}\n    {json.dumps(entry_data(entry, overview.web), separators=(',', ':'))}"
        mark = ","
    yield "\n  ]\n}\n"


def _head(overview: Overview) -> dict[str, Any]:
    return {
        "schema_version": SCHEMA_VERSION,
        "tool": {"name": "loadguard", "version": __version__},
        "sweep": {
            "number": overview.number,
            "moment": overview.moment,
            "finished": overview.finished,
            "targets": list(overview.targets),
        },
        "summary": summary_data(overview),
        "trend": [
            {"sweep": each.number, "moment": each.at, "findings": each.findings, "merged": each.merged}
            for each in overview.trend
        ],
    }


def summary_data(overview: Overview) -> dict[str, Any]:
    """Counts a script asks for first."""
    figures = overview.figures
    return {
        "repositories": figures.repositories,
        "by_progress": overview.progress,
        "affected": figures.affected,
        "findings": figures.findings,
        "errors": figures.errors,
        "warnings": figures.warnings,
        "notes": figures.notes,
        "fixable": {"safe": figures.safe, "review": figures.review},
        "unreadable": figures.unreadable,
        "by_rule": {rule: tiers.total() for rule, tiers in overview.by_rule().items()},
        "pull_requests": overview.standings,
    }


def entry_data(entry: Entry, web: str) -> dict[str, Any]:
    """One repository with its findings."""
    return {
        "repository": entry.slug,
        "url": repository_link(web, entry),
        "progress": entry.progress.value,
        "reason": entry.reason,
        "private": entry.private,
        "languages": list(entry.languages),
        "topics": list(entry.topics),
        "pushed_at": entry.pushed_at,
        "scanned_at": entry.scanned_at,
        "commit": entry.commit,
        "pull_request": {
            "standing": entry.standing.value,
            "number": entry.pull,
            "url": pull_link(web, entry),
            "red": entry.red,
            "reason": entry.pull_reason,
        },
        "findings": [_finding(each, entry, web) for each in entry.findings],
        "unreadable": [{"path": path, "reason": reason} for path, reason in entry.unreadable],
    }


def _finding(found: Found, entry: Entry, web: str) -> dict[str, Any]:
    return {
        "rule": found.rule,
        "severity": found.severity,
        "path": found.path,
        "cell": None if found.cell < 0 else found.cell,
        "line": found.line,
        "column": found.column,
        "url": finding_link(web, entry, found),
        "message": found.message,
        "lines": list(found.lines),
        "fix": _fix(found),
        "evidence": [{"kind": kind, "detail": detail} for kind, detail in found.evidence],
        "advice": found.advice,
        "fingerprint": found.fingerprint,
    }


def _fix(found: Found) -> dict[str, Any] | None:
    if not found.tier:
        return None
    lines = {"removed": list(found.removed), "added": list(found.added)}
    return {"tier": found.tier, "adds": list(found.adds), "reason": found.reason, **lines}
