"""A report as seen from the folder the command was called in: every path with the root before it."""

from __future__ import annotations

import posixpath
from dataclasses import replace

from bot.model import Finding, Report


def rooted(report: Report) -> Report:
    """The same report with the root `.`; unchanged where it has that already."""
    if report.root in ("", "."):
        return report

    def join(path: str) -> str:
        return posixpath.normpath(f"{report.root}/{path}") if path else path

    def moved(finding: Finding) -> Finding:
        evidence = tuple(replace(each, path=join(each.path)) for each in finding.evidence)
        return replace(finding, path=join(finding.path), evidence=evidence)

    return replace(
        report,
        root=".",
        findings=tuple(moved(each) for each in report.findings),
        unreadable=tuple(replace(each, path=join(each.path)) for each in report.unreadable),
        checkpoints=tuple(replace(each, path=join(each.path)) for each in report.checkpoints),
        silenced=tuple(replace(each, finding=moved(each.finding)) for each in report.silenced),
    )
