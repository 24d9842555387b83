"""Workflow commands: annotations on the lines of a pull request. GitHub shows 10 errors and 10 warnings of a step.

A notice has a budget of 10 as well. What does not fit is counted, so that nobody takes ten for all.
"""

from __future__ import annotations

from collections import Counter

from bot.model import Finding, Report, Severity, Unreadable
from bot.report.escape import visible
from bot.report.words import counted, whole_file

MOST = 10
"""Annotations of one level that GitHub keeps for a step."""

COMMANDS = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.NOTE: "notice"}
LONGEST = 4096
"""Characters of one annotation's message; GitHub cuts at 64 KB for all."""


def render_commands(report: Report) -> str:
    """The annotations, new findings first, each on a line of its own, and a last line when some were left out."""
    left: Counter[Severity] = Counter()
    room = dict.fromkeys(Severity, MOST)
    lines = []
    if report.unreadable:  # keep a place: an unread file must not drop out behind ten findings
        room[Severity.ERROR] -= min(len(report.unreadable), MOST // 2)
    for finding in sorted(report.findings, key=lambda each: (not each.new, -each.severity.rank)):
        if room[finding.severity] > 0:
            room[finding.severity] -= 1
            lines.append(finding_command(finding))
        else:
            left[finding.severity] += 1
    for unreadable in report.unreadable[: MOST // 2]:
        lines.append(_unreadable_command(unreadable))
    left[Severity.ERROR] += max(0, len(report.unreadable) - MOST // 2)
    return "".join(f"{line}\n" for line in lines) + _rest(left)


def finding_command(finding: Finding) -> str:
    """One annotation, anchored at the call; in a notebook at the file, whose lines are not those of a cell."""
    properties = {"file": finding.path}
    if not whole_file(finding) and finding.cell is None:
        properties["line"] = str(finding.line)
        properties["endLine"] = str(finding.end_line)
        if finding.line == finding.end_line:
            properties |= {"col": str(finding.column), "endColumn": str(finding.end_column)}
    properties["title"] = f"{finding.rule} in cell {finding.cell + 1}" if finding.cell is not None else finding.rule
    told = [f"{finding.message.rstrip('.')}.", finding.remedy]
    if finding.fix:
        told.insert(1, f"{finding.fix.tier.value.capitalize()} fix: add {', '.join(finding.fix.adds)}.")
    return command(COMMANDS[finding.severity], " ".join(filter(None, told)), properties)


def command(name: str, message: str, properties: dict[str, str]) -> str:
    """`::name key=value::message`, with everything escaped that could end it or begin another."""
    shown = ",".join(f"{key}={_property(value)}" for key, value in properties.items())
    return f"::{name}{' ' if shown else ''}{shown}::{_message(message[:LONGEST])}"


def _message(text: str) -> str:
    kept = visible(text, keep="\r\n\t")
    return kept.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _message(text).replace(":", "%3A").replace(",", "%2C")


def _unreadable_command(unreadable: Unreadable) -> str:
    return command("error", f"not read: {unreadable.reason}", {"file": unreadable.path, "title": "unreadable"})


def _rest(left: Counter[Severity]) -> str:
    told = [counted(left[severity], severity.value) for severity in reversed(Severity) if left[severity]]
    return f"and {', '.join(told)} more, in the job summary and the report\n" if told else ""
