"""What the state keeps of a repository's report: version 1 of the JSON report, with the lines a reader wants to see.

A sweep's report is made long after the tree is gone, and offsets into a file nobody has any more show nothing. So each
finding keeps the lines it stands in (`lines`) and, with a fix, the lines before and after it (`change`).
"""

from __future__ import annotations

from typing import Any

from bot.model import Finding, Report
from bot.report.data import report_data
from bot.report.excerpt import ReadFile, change, excerpt

LONGEST_LINE = 400
"""Characters of a line that are kept: a minified file or a notebook's output may be one line of megabytes."""
MOST_LINES = 12
"""Lines of each side of a change that are kept."""


def stored_report(report: Report, *, read: ReadFile) -> dict[str, Any]:
    """The report as plain data for `Scan.report`; `read` gives a file's bytes while they are still at hand."""
    data = report_data(report)
    for finding, plain in zip(report.findings, data["findings"], strict=True):
        plain.update(_shown(finding, read(finding.path)))
    return data


def _shown(finding: Finding, data: bytes | None) -> dict[str, Any]:
    kept: dict[str, Any] = {"lines": [_cut(each.text) for each in excerpt(finding, data)]}
    if data is not None and finding.fix and finding.fix.edits:
        shown = change(finding.fix, data)
        kept["change"] = {
            "line": shown.line,
            "removed": [_cut(each) for each in shown.removed[:MOST_LINES]],
            "added": [_cut(each) for each in shown.added[:MOST_LINES]],
        }
    return kept


def _cut(line: str) -> str:
    return line if len(line) <= LONGEST_LINE else line[: LONGEST_LINE - 1] + "…"
