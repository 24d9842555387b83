"""The report for a person at a terminal: place, line, call underlined, fix as a small diff, evidence in a word."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from bot.model import Finding, MmapDecision, Report, Severity, Tier
from bot.report.escape import one_line, visible
from bot.report.excerpt import Line, ReadFile, change, excerpt
from bot.report.style import Style
from bot.report.words import counted, evidence_words, named, place, whole_file

if TYPE_CHECKING:
    from bot.model import CheckpointReport

TAB = "    "


def render_text(report: Report, *, read: ReadFile, style: Style, quiet: bool = False) -> str:
    """The whole report. `quiet` leaves one line a finding and the closing count."""
    parts = [render_finding(each, read=read, style=style, quiet=quiet) for each in report.findings]
    parts += [_checkpoint(each, style) for each in report.checkpoints]
    parts += [
        f"{visible(named(each.path))}: {style.severity(Severity.ERROR, 'unreadable')}: {one_line(each.reason)}\n"
        for each in report.unreadable
    ]
    parts += [f"{style.blue('note')}: {one_line(each)}\n" for each in report.notices]
    if parts and not quiet:
        parts.append("\n" if report.notices or report.unreadable else "")
    return "".join(parts) + closing(report, style=style)


def render_finding(finding: Finding, *, read: ReadFile, style: Style, quiet: bool = False) -> str:
    """One finding, ending in a blank line unless `quiet`."""
    code = style.severity(finding.severity, f"{finding.rule} {finding.severity.value}")
    head = f"{style.bold(visible(place(finding)))}: {code}: {one_line(finding.message)}\n"
    if quiet:
        return head
    data = None if whole_file(finding) else read(finding.path)
    shown = excerpt(finding, data)
    gutter = len(str(shown[-1].number)) if shown else 2
    lines = [_gutter(style, gutter)] if shown else []
    for each in shown:
        lines += _source_line(each, finding, style, gutter)
    left = finding.end_line - finding.line + 1 - len(shown)
    if shown and left > 0:
        lines.append(f"{_gutter(style, gutter)} {style.dim('… ' + counted(left, 'more line'))}")
    lines += [f"{' ' * gutter} {style.blue('=')} {text}" for text in _remarks(finding, style)]
    lines += _diff(finding, data, style, gutter)
    return head + "".join(f"{each}\n" for each in lines) + "\n"


def closing(report: Report, *, style: Style) -> str:
    """The last lines: how many of what, how many can be fixed, what was not read."""
    files = counted(report.files_scanned, "file")
    if not report.findings:
        text = f"{style.green('No findings')} in {files}"
    else:
        severities = ", ".join(
            counted(count, severity.value)
            for severity in (Severity.ERROR, Severity.WARNING, Severity.NOTE)
            if (count := sum(each.severity is severity for each in report.findings))
        )
        text = f"{style.bold(counted(len(report.findings), 'finding'))} in {files} ({severities})"
    extra = [f"{report.suppressed} suppressed"] if report.suppressed else []
    extra += [style.red(f"{len(report.unreadable)} unreadable")] if report.unreadable else []
    text = ", ".join([text, *extra]) + ".\n"
    return text + _fixable(report.findings, style)


def _fixable(findings: Iterable[Finding], style: Style) -> str:
    tiers = [each.fix.tier for each in findings if each.fix]
    safe, review = tiers.count(Tier.SAFE), tiers.count(Tier.REVIEW)
    told = [f"{safe} proved, write with {style.bold('loadguard fix')}"] if safe else []
    told += [f"{review} likely, see them with {style.bold('loadguard fix --review-tier --diff')}"] if review else []
    return f"Fixes: {'; '.join(told)}.\n" if told else ""


def _source_line(line: Line, finding: Finding, style: Style, gutter: int) -> list[str]:
    before, marked = line.text[: line.mark[0]], line.text[line.mark[0] : line.mark[1]]
    indent = len(_plain(before))
    carets = style.severity(finding.severity, "^" * max(len(_plain(marked)), 1))
    number = style.blue(f"{line.number:>{gutter}} |")
    return [f"{number} {_plain(line.text)}", f"{_gutter(style, gutter)} {' ' * indent}{carets}"]


def _remarks(finding: Finding, style: Style) -> list[str]:
    told = [f"{style.bold(each.kind.value)}: {one_line(evidence_words(each, finding))}" for each in finding.evidence]
    if finding.fix:
        told.append(f"{style.bold(f'{finding.fix.tier.value} fix')}: {one_line(finding.fix.reason)}")
    if finding.mmap and finding.mmap.decision is MmapDecision.SKIP and finding.fix:
        told.append(f"{style.bold('no mmap')}: {one_line(finding.mmap.reason)}")
    if finding.advice:
        lines = visible(finding.advice.strip(), keep="\n").splitlines()
        shown = f" {lines[0]}" if len(lines) == 1 else "".join(f"\n{TAB}| {each}" for each in lines)
        told.append(f"{style.bold('help')}:{shown}")
    return told


def _diff(finding: Finding, data: bytes | None, style: Style, gutter: int) -> list[str]:
    if not finding.fix or not finding.fix.edits or data is None:
        return []
    shown = change(finding.fix, data)
    pad = " " * gutter
    removed = [style.red(f"{pad} - {_plain(each)}") for each in shown.removed]
    return removed + [style.green(f"{pad} + {_plain(each)}") for each in shown.added]


def _checkpoint(report: CheckpointReport, style: Style) -> str:
    from bot.report.loads import drift_words, load_words

    told = f"; {one_line(load_words(report))}"
    moved = f"; {one_line(drift_words(report))}" if report.drift else ""
    verdict = report.verdict.value
    colour = style.green if verdict == "loadable" else style.red
    return f"{style.bold(visible(named(report.path)))}: {one_line(report.format)}, {colour(verdict)}{told}{moved}\n"


def _gutter(style: Style, width: int) -> str:
    return style.blue(f"{' ' * width} |")


def _plain(text: str) -> str:
    return visible(text.rstrip("\r\n").replace("\t", TAB))
