"""The report as a check run: its annotations, and the job summary as its page."""

from __future__ import annotations

from bot.model import Annotation, CheckRun, Finding, Report, Severity
from bot.report.escape import visible
from bot.report.excerpt import ReadFile
from bot.report.markdown import render_markdown
from bot.report.words import whole_file

NAME = "Loadguard"
LONGEST_SUMMARY = 65_535
"""Characters GitHub takes."""

_LEVELS = {Severity.ERROR: "failure", Severity.WARNING: "warning", Severity.NOTE: "notice"}
_LONGEST_MESSAGE = 4_096


def render_check(report: Report, *, passed: bool, reason: str, sha: str, read: ReadFile) -> CheckRun:
    """The check of commit `sha`. New findings and unread files are annotated, the worst first; its page has all."""
    new = [each for each in report.findings if each.new]
    ordered = sorted(new, key=lambda each: (-each.severity.rank, each.path, each.line, each.column))
    unread = [
        Annotation(each.path, 1, 1, "failure", "unreadable", _told(f"not read: {each.reason}"))
        for each in report.unreadable
    ]
    summary = render_markdown(report, read=read, limit=LONGEST_SUMMARY)[:LONGEST_SUMMARY]
    annotations = (*(_annotation(each) for each in ordered), *unread)
    return CheckRun(NAME, sha, "success" if passed else "failure", _told(reason)[:255], summary, annotations)


def _annotation(finding: Finding) -> Annotation:
    """At the call; at the top of a notebook, whose lines are not a cell's, and of a checkpoint, which has none."""
    cell = finding.cell
    whole = whole_file(finding) or cell is not None
    title = finding.rule if cell is None else f"{finding.rule} in cell {cell + 1}, line {finding.line}"
    fix = f"{finding.fix.tier.value.capitalize()} fix: add {', '.join(finding.fix.adds)}." if finding.fix else ""
    return Annotation(
        path=finding.path,
        line=1 if whole else finding.line,
        end_line=1 if whole else finding.end_line,
        level=_LEVELS[finding.severity],
        title=title,
        message=_told(" ".join(filter(None, (f"{finding.message.rstrip('.')}.", fix, finding.remedy)))),
    )


def _told(text: str) -> str:
    return visible(text[:_LONGEST_MESSAGE], keep="\n")
