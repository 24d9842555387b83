"""The report as GitHub's Markdown: the job summary and `--format markdown`.

Whatever comes from the repository is escaped so that it cannot mention anyone, close an issue, open a tag, or begin one
of our own markers; code stands in fences longer than any run of backticks inside.
"""

from __future__ import annotations

import re

from bot.model import CheckpointReport, Finding, Report, Severity, Tier
from bot.report.escape import one_line, visible
from bot.report.excerpt import ReadFile, change
from bot.report.loads import drift_words, load_words, moved
from bot.report.words import counted, evidence_words, place

LARGEST = 1_000_000
"""Bytes: the job summary's limit is 1 MiB for a step, and others may have written to it."""
SIGNS = {Severity.ERROR: "🔴 error", Severity.WARNING: "🟡 warning", Severity.NOTE: "🔵 note"}


def render_markdown(report: Report, *, read: ReadFile, limit: int = LARGEST) -> str:
    """The whole report, findings left out from the end and counted when it would grow over `limit` bytes."""
    parts = [_head(report)]
    parts += [_checkpoints(report.checkpoints)] if report.checkpoints else []
    parts += [_unreadable(report)] if report.unreadable else []
    parts += ["".join(f"> {prose(each)}\n" for each in report.notices) + "\n"] if report.notices else []
    size = sum(len(each.encode("utf-8", "replace")) for each in parts)
    ordered = sorted(report.findings, key=lambda each: (not each.new, -each.severity.rank))
    for number, finding in enumerate(ordered):
        part = _finding(finding, read)
        size += len(part.encode("utf-8", "replace"))
        if size > limit - 200:
            left = counted(len(ordered) - number, "finding")
            parts.append(f"\n*{left} more, which this page has no room for; the JSON report has them all.*\n")
            break
        parts.append(part)
    return "".join(parts)


def text(raw: str) -> str:
    """Words from outside as one line of Markdown that says just that."""
    return _neutral(one_line(raw))


def _neutral(line: str) -> str:
    shown = re.sub(r"([\\`*_{}\[\]<>()#+!|~$&:-])", r"\\\1", line)
    shown = shown.replace("\\<", "&lt;").replace("\\>", "&gt;").replace("\\&", "&amp;")
    return (
        shown.replace("@", "@\u200b")
        .replace("\\#", "#\u200b")
        .replace("://", ":\u200b//")
        .replace("www.", "www\u200b.")
    )


def prose(raw: str) -> str:
    """A sentence of ours, in which words from outside may stand: what it has in backticks is code, the rest `text`."""
    parts = one_line(raw).split("`")
    if len(parts) % 2 == 0:
        return text(raw)
    return "".join(code(each) if n % 2 and each else _neutral(each) for n, each in enumerate(parts))


def code(raw: str) -> str:
    """Words from outside as inline code; in code nothing is mentioned or linked."""
    shown = one_line(raw).replace("|", "¦") or " "
    fence = "`" * (_longest_run(shown) + 1)
    pad = " " if shown.startswith("`") or shown.endswith("`") else ""
    return f"{fence}{pad}{shown}{pad}{fence}"


def block(lines: str, language: str = "") -> str:
    """Lines from outside as a fenced block, with a fence longer than any inside."""
    shown = visible(lines.rstrip("\n"), keep="\n\t")
    fence = "`" * max(3, _longest_run(shown) + 1)
    return f"{fence}{language}\n{shown}\n{fence}\n"


def _longest_run(shown: str) -> int:
    return max((len(run) for run in re.findall(r"`+", shown)), default=0)


def _head(report: Report) -> str:
    files = counted(report.files_scanned, "file")
    if not report.findings:
        return f"## Loadguard\n\nNo findings in {files}{_extra(report)}.\n\n"
    new = sum(each.new for each in report.findings)
    fixes = [each.fix.tier for each in report.findings if each.fix]
    cells = (len(report.findings), new, fixes.count(Tier.SAFE), fixes.count(Tier.REVIEW), report.suppressed)
    return (
        f"## Loadguard\n\n{counted(len(report.findings), 'finding')} in {files}{_extra(report)}.\n\n"
        "| findings | new | proved fixes | likely fixes | suppressed |\n|--:|--:|--:|--:|--:|\n"
        f"| {' | '.join(f'{cell:,}' for cell in cells)} |\n\n"
    )


def _extra(report: Report) -> str:
    return f", {counted(len(report.unreadable), 'file')} not read" if report.unreadable else ""


def _unreadable(report: Report) -> str:
    rows = "".join(f"| {code(each.path)} | {prose(each.reason)} |\n" for each in report.unreadable[:100])
    return f"### Not read\n\n| file | why |\n|---|---|\n{rows}\n"


def _checkpoints(reports: tuple[CheckpointReport, ...]) -> str:
    rows = "".join(
        f"| {code(each.path)} | {text(each.format)} | {each.size:,} | {text(each.verdict.value)} "
        f"| {prose(load_words(each))} | {prose(drift_words(each))} |\n"
        for each in reports[:200]
    )
    head = "| file | format | bytes | verdict | sandboxed load | against the version before |\n"
    head += "|---|---|--:|---|---|---|\n"
    return f"### Checkpoints\n\n{head}{rows}\n" + "".join(_drift(each) for each in reports[:20] if moved(each))


def _drift(report: CheckpointReport) -> str:
    rows = "".join(
        f"| {code(row.name)} | {row.largest:.3g} | {row.mean:.3g} | {row.relative:.2%} | {row.new_bad_values:,} |\n"
        for row in moved(report)
    )
    head = "| tensor | largest change | mean change | relative | new NaN or infinity |\n|---|--:|--:|--:|--:|\n"
    return f"<details><summary>Drift of {prose(report.path)}</summary>\n\n{head}{rows}\n</details>\n\n"


def _finding(finding: Finding, read: ReadFile) -> str:
    new = " **new**" if finding.new else ""
    lines = [
        f"#### {code(place(finding))}\n\n{SIGNS[finding.severity]} **{finding.rule}**{new} {prose(finding.message)}\n\n"
    ]
    data = read(finding.path) if finding.fix and finding.fix.edits else None
    if finding.fix and data is not None:
        shown = change(finding.fix, data)
        diff = "\n".join([*(f"-{each}" for each in shown.removed), *(f"+{each}" for each in shown.added)])
        lines.append(
            f"{finding.fix.tier.value.capitalize()} fix, {prose(finding.fix.reason)}:\n\n{block(diff, 'diff')}\n"
        )
    elif finding.source:
        lines.append(block(finding.source, "python") + "\n")
    lines += [f"- {each.kind.value}: {prose(evidence_words(each, finding))}\n" for each in finding.evidence]
    lines.append(f"\n{_advice(finding.advice)}\n\n" if finding.advice else "\n")
    return "".join(lines)


def _advice(advice: str) -> str:
    """A sentence, or lines of code to paste."""
    return block(advice, "text") if "\n" in advice.strip() else prose(advice)
