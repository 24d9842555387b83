"""A report -> exit code and the sentence that goes with it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from bot.errors import ExitCode
from bot.model import Finding, Report, Severity


@dataclass(frozen=True, slots=True)
class Verdict:
    """`exit_code` as `bot.errors.ExitCode` has them; `reason` is one sentence without a full stop."""

    exit_code: int
    reason: str


Level = Severity | None


def decide(
    report: Report,
    fail_on: Level | Callable[[str], Level],
    *,
    only_new: bool,
    unread_fails: bool = True,
) -> Verdict:
    """Whether the run passes.

    `only_new` counts findings the change itself brings (SPEC section 7). `fail_on` is a level, None for never, or a
    function from a finding's path to either (monorepos). A file that could not be read is never counted clean: it
    fails a run that would pass otherwise (picklescan's clean exit for a damaged zip taught this), unless
    `unread_fails` is switched off for runs that nobody can answer, such as the nightly one.
    """
    level_of = fail_on if callable(fail_on) else lambda _: fail_on
    counted = [finding for finding in report.findings if finding.new or not only_new]
    failing = [finding for finding in counted if _fails(finding, level_of(finding.path))]
    kind = "new finding" if only_new else "finding"
    if failing:
        return Verdict(ExitCode.FINDINGS, f"{count(len(failing), kind)} at or above the fail level")
    unread = [each for each in report.unreadable if level_of(each.path) is not None]
    if unread and unread_fails:
        return Verdict(
            ExitCode.FINDINGS, f"{count(len(unread), 'file')} could not be read, so they do not count as clean"
        )
    said = f"{count(len(counted), kind)}, none at or above the fail level" if counted else f"no {kind}"
    return Verdict(ExitCode.CLEAN, said + (f"; {count(len(unread), 'file')} could not be read" if unread else ""))


def count(number: int, noun: str) -> str:
    """`1 finding`, `2 findings`, `1,204 files`."""
    return f"{number:,} {noun}" if number == 1 else f"{number:,} {noun}s"


def _fails(finding: Finding, level: Level) -> bool:
    return level is not None and finding.severity.rank >= level.rank
