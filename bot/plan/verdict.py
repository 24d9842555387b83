"""A report -> exit code and the sentence that goes with it."""

from __future__ import annotations

from dataclasses import dataclass

from bot.errors import ExitCode
from bot.model import Finding, Report, Severity


@dataclass(frozen=True, slots=True)
class Verdict:
    """`exit_code` as `bot.errors.ExitCode` has them; `reason` is one sentence without a full stop."""

    exit_code: int
    reason: str


def decide(report: Report, fail_on: Severity | None, *, only_new: bool) -> Verdict:
    """Whether the run passes.

    `only_new` counts findings the change itself brings (SPEC section 7). `fail_on` None never fails. A file that
    could not be read is never counted clean: it fails a run that would pass otherwise (picklescan's clean exit for
    a damaged zip taught this).
    """
    counted = [finding for finding in report.findings if finding.new or not only_new]
    failing = [finding for finding in counted if _fails(finding, fail_on)]
    kind = "new finding" if only_new else "finding"
    if failing:
        return Verdict(ExitCode.FINDINGS, f"{count(len(failing), kind)} at or above {fail_on}")
    unread = len(report.unreadable)
    if unread and fail_on is not None:
        return Verdict(
            ExitCode.FINDINGS, f"{count(unread, 'file')} could not be read, so nothing is known of what is inside"
        )
    if fail_on is None:
        return Verdict(ExitCode.CLEAN, f"{count(len(counted), kind)}; the policy never fails a run")
    if counted:
        return Verdict(ExitCode.CLEAN, f"{count(len(counted), kind)}, none at or above {fail_on}")
    return Verdict(ExitCode.CLEAN, f"no {kind}s")


def count(number: int, noun: str) -> str:
    """`1 finding`, `2 findings`, `1,204 files`."""
    return f"{number:,} {noun}" if number == 1 else f"{number:,} {noun}s"


def _fails(finding: Finding, fail_on: Severity | None) -> bool:
    return fail_on is not None and finding.severity.rank >= fail_on.rank
