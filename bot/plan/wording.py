"""What our comments say. Short, the same for the same findings, and nobody is ever mentioned."""

from __future__ import annotations

from collections.abc import Iterable

from bot.model import SUMMARY_MARKER, CheckpointReport, Finding, Loaded, Report, Tier
from bot.plan.markdown import code, fenced, fit, folded, plain, prose, table
from bot.plan.marker import fact, finding_marker
from bot.plan.suggestion import Suggestion
from bot.plan.verdict import count

REFUSED_FACT = "refused"
_EVIDENCE_SHOWN = 3
_RECIPES_SHOWN = 10


def comment_body(findings: tuple[Finding, ...], suggestion: Suggestion | None) -> str:
    """One inline comment; more than one finding where they stand on the same lines."""
    parts = [finding_marker(finding.fingerprint for finding in findings)]
    parts += [_said(finding) for finding in findings]
    if suggestion:
        parts += [_offer(findings), fenced(suggestion.text, language="suggestion")]
    reasons = [line for finding in findings for line in _why(finding, offered=suggestion is not None)]
    return fit("\n\n".join([*parts, "\n".join(dict.fromkeys(reasons))]).rstrip())


def review_body(inline: int, folded_findings: tuple[Finding, ...]) -> str:
    """The sentence above the inline comments, with those that found no place there."""
    total = inline + len(folded_findings)
    said = f"{count(total, 'new finding')} on lines this pull request adds or changes."
    parts = [f"**Loadguard** {said} Nothing is loaded or run to find them; each comment says why and what to do."]
    if folded_findings:
        title = f"{count(len(folded_findings), 'finding')} without an inline comment"
        parts.append(folded(title, finding_table(folded_findings)))
    return fit("\n\n".join(parts))


def summary_body(report: Report, *, refused: Iterable[str], fix: str = "") -> str:
    """The one comment that is edited in place.

    `refused` are fingerprints no inline comment could be made for, `fix` where the fix pull request is.
    """
    new = tuple(finding for finding in report.findings if finding.new)
    old = tuple(finding for finding in report.findings if not finding.new)
    fixable = sum(1 for finding in new if finding.fix)
    parts = ["\n".join([SUMMARY_MARKER, *_facts(refused)]), "### Loadguard"]
    parts.append(_headline(len(new), fixable, len(report.unreadable)))
    parts += [finding_table(new)] if new else []
    parts += ["#### Checkpoints\n\n" + checkpoint_table(report.checkpoints)] if report.checkpoints else []
    parts += [_recipe(finding) for finding in report.findings if finding.recipe][:_RECIPES_SHOWN]
    parts += [_unread(report)] if report.unreadable else []
    parts += [f"The proved fixes are ready to merge: {fix if fix.startswith('https://') else code(fix)}"] if fix else []
    if old:
        parts.append(folded(f"{count(len(old), 'finding')} that stood there before", finding_table(old)))
    return fit("\n\n".join(parts))


def finding_table(findings: tuple[Finding, ...]) -> str:
    """Where, what, and what to do about it."""
    rows = [(where(finding), f"{finding.rule} {prose(finding.message)}", _remedy(finding)) for finding in findings]
    return table(("Where", "What", "Fix"), rows)


def checkpoint_table(checkpoints: tuple[CheckpointReport, ...]) -> str:
    """What each checkpoint is and whether it loads: nothing that differs from run to run, so no seconds."""
    rows = [(code(each.path), plain(each.format), plain(each.verdict.value), _loaded(each)) for each in checkpoints]
    return table(("File", "Format", "Verdict", "Sandboxed load"), rows, limit=100)


def _loaded(checkpoint: CheckpointReport) -> str:
    smoke = checkpoint.smoke
    if isinstance(smoke, Loaded):
        moved = sum(row.largest > 0 or row.new_bad_values > 0 for row in checkpoint.drift)
        against = f"; {moved:,} of {count(len(checkpoint.drift), 'tensor')} moved" if checkpoint.drift else ""
        return f"loads: {count(smoke.tensors, 'tensor')}{against}"
    return prose(smoke.reason) if smoke is not None else "not loaded"


def where(finding: Finding) -> str:
    """`path:line`, with the cell in a notebook (people count cells from 1)."""
    cell = f" cell {finding.cell + 1}" if finding.cell is not None else ""
    return code(f"{finding.path}{cell}:{finding.line}")


def _said(finding: Finding) -> str:
    return f"**{finding.rule}** {prose(finding.message)}"


def _offer(findings: tuple[Finding, ...]) -> str:
    tiers = {finding.fix.tier for finding in findings if finding.fix}
    if tiers == {Tier.SAFE}:
        return "This fix is proved: the file still parses, nothing but these keywords changes, and the finding is gone."
    return (
        "**Please review before you commit it:** this fix is likely right, but what is loaded here is not proved to be "
        "tensors."
    )


def _why(finding: Finding, *, offered: bool) -> list[str]:
    lines = [
        f"- {each.kind}: {prose(each.detail)}{_at(each.path, each.line)}" for each in finding.evidence[:_EVIDENCE_SHOWN]
    ]
    if finding.fix and not offered:
        added = ", ".join(code(word) for word in finding.fix.adds)
        lines.insert(0, f"- There is a fix ({added}), but no button for it: its lines are not all in this diff.")
    if finding.fix is None or finding.fix.tier is not Tier.SAFE:
        advice = finding.remedy or (finding.fix.reason if finding.fix else "")
        lines += [f"- {prose(advice)}"] if advice else []
    return lines


def _at(path: str, line: int) -> str:
    if not path:
        return ""
    return f" ({code(f'{path}:{line}' if line else path)})"


def _remedy(finding: Finding) -> str:
    if finding.fix is None:
        return prose(finding.remedy) or "by hand"
    added = ", ".join(code(word) for word in finding.fix.adds)
    return f"{added} (proved)" if finding.fix.tier is Tier.SAFE else f"{added} (review it)"


def _headline(new: int, fixable: int, unread: int) -> str:
    if not new:
        said = "No new finding on the lines this pull request adds or changes."
    else:
        said = f"{count(new, 'new finding')}, {fixable} with a fix."
    return said + (f" {count(unread, 'file')} could not be read." if unread else "")


def _recipe(finding: Finding) -> str:
    return folded("How a file that needs an allow-list is loaded as it is", fenced(finding.recipe, language="python"))


def _unread(report: Report) -> str:
    rows = [(code(each.path), plain(each.reason)) for each in report.unreadable]
    return "Not read, so nothing is known of them:\n\n" + table(("File", "Why"), rows, limit=50)


def _facts(refused: Iterable[str]) -> list[str]:
    listed = sorted(refused)
    return [fact(REFUSED_FACT, listed)] if listed else []
