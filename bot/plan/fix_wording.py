"""What the fix pull request says. Five lines first; the rest is there for whoever wants to check it."""

from __future__ import annotations

from dataclasses import dataclass

from bot.model import CheckpointReport, Finding, Tier, Unreadable
from bot.plan.markdown import code, fit, folded, plain, prose, table
from bot.plan.verdict import count
from bot.plan.wording import checkpoint_table, where

_LIMITS = """\
- Below torch 2.6.0 a crafted file still runs code through `weights_only=True` (CVE-2025-32434).
- Below torch 2.10.0 it can still corrupt memory (CVE-2026-24747).
- It stops code, not wrong numbers: a checkpoint from a stranger can hold any weights at all."""

_HANDLING = """\
- To keep a call as it is: put `# loadguard: ignore[{rule}] reason` on its line, or list it in the policy's `ignore`.
- To turn all of this down: close this pull request. It stays closed; only findings it does not have make another one.
- When the base moves on: this branch is made again whenever what it changes has changed. Do not rebase it yourself.
- A commit of your own on this branch makes it yours: it is then left alone."""

_PROVED = "What becomes of each loaded value, or what wrote it, shows that it is tensors and plain containers."
_LIKELY = "**{} marked review: likely right, not proved. Read these before you merge;** the others are proved."

_APPROVAL = (
    "This pull request was opened with the workflow's own token, so GitHub waits with its checks until somebody with "
    "write access approves the run (or closes and reopens it)."
)


@dataclass(frozen=True, slots=True)
class BodyFacts:
    """What a body is written from. `floor` is the policy's torch floor or empty; `remarks` are sentences about what
    was left out.
    """

    done: tuple[Finding, ...]
    left: tuple[Finding, ...] = ()
    floor: str = ""
    unreadable: tuple[Unreadable, ...] = ()
    checkpoints: tuple[CheckpointReport, ...] = ()
    approval: bool = False
    remarks: tuple[str, ...] = ()


def pull_body(facts: BodyFacts, *, hidden: str) -> str:
    """The body, the hidden facts first so that a cut never takes them."""
    rule = facts.done[0].rule if facts.done else "LG001"
    parts = [
        hidden,
        _opening(facts),
        table(("Call", "Change", "Why it is right"), [_row(finding) for finding in facts.done]),
        *(prose(remark) for remark in facts.remarks),
        "### What `weights_only` does not protect from\n\n" + _LIMITS + _floor(facts.floor),
    ]
    if facts.left:
        parts.append(f"### Left for a person: {count(len(facts.left), 'finding')}\n\n" + _left_table(facts.left))
    if facts.unreadable:
        rows = [(code(each.path), plain(each.reason)) for each in facts.unreadable]
        parts.append(folded(f"{count(len(rows), 'file')} could not be read", table(("File", "Why"), rows, limit=50)))
    if facts.checkpoints:
        parts.append("### Checkpoints\n\n" + checkpoint_table(facts.checkpoints))
    parts.append("### If you do not want this\n\n" + _HANDLING.format(rule=rule))
    if facts.approval:
        parts.append(_APPROVAL)
    return fit("\n\n".join(parts))


def commit_message(title: str, done: tuple[Finding, ...], *, sign_off: bool) -> str:
    """Subject, what and why; `sign_off` adds the line of the Developer Certificate of Origin."""
    likely = sum(1 for finding in done if _is_likely(finding))
    proof = f"{likely} of them likely right, the others proved" if likely else "each proved"
    text = (
        f"{title}\n\n"
        f"torch.load runs whatever code a pickle asks for unless it is told to read\n"
        f"weights only. {count(len(done), 'call')} changed, {proof} to load nothing but tensors\n"
        f"and plain containers; no other byte of the files differs.\n"
    )
    return text + ("\nSigned-off-by: Loadguard <loadguard@users.noreply.github.com>\n" if sign_off else "")


def _opening(facts: BodyFacts) -> str:
    calls, files = len(facts.done), len({finding.path for finding in facts.done})
    likely = sum(1 for finding in facts.done if _is_likely(finding))
    return (
        f"`torch.load` runs any code a checkpoint asks for, unless it is told to read weights only.\n"
        f"This changes {count(calls, 'call')} in {count(files, 'file')}; every other byte stays as it is.\n"
        f"Every file still parses, and its syntax tree equals the old one plus the keywords below.\n"
        f"{_PROVED if not likely else _LIKELY.format(count(likely, 'change'))}\n"
        f"Nothing of this repository was imported or run to find that out."
    )


def _is_likely(finding: Finding) -> bool:
    return finding.fix is not None and finding.fix.tier is Tier.REVIEW


def _row(finding: Finding) -> tuple[str, ...]:
    added = ", ".join(code(word) for word in finding.fix.adds) if finding.fix else ""
    reasons = [prose(each.detail) for each in finding.evidence[:2]] or [
        prose(finding.fix.reason if finding.fix else "")
    ]
    return where(finding), added + (" (review)" if _is_likely(finding) else ""), "; ".join(reasons)


def _left_table(left: tuple[Finding, ...]) -> str:
    rows = [(where(each), f"{each.rule} {prose(each.message)}", _to_do(each)) for each in left]
    return table(("Where", "What", "What to do"), rows, limit=100)


def _to_do(finding: Finding) -> str:
    if finding.advice:
        return prose(finding.remedy)
    if finding.fix:
        return f"{', '.join(code(word) for word in finding.fix.adds)} is likely right: {prose(finding.fix.reason)}"
    return "decide by hand"


def _floor(floor: str) -> str:
    return f"\n\nThis repository says that it supports torch {code(floor)} and newer." if floor else ""
