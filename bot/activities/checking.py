"""Keep the check run of a commit, where the identity may have one: an App's own token, never GITHUB_TOKEN."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from bot.activities.deeds import ELSEWHERE, Deeds
from bot.activities.desk import Desk
from bot.errors import ExitCode
from bot.model import Report
from bot.plan.verdict import Verdict
from bot.report.check import render_check


@dataclass(frozen=True, slots=True)
class Judged:
    """What commit `sha` was found to be. `read` has its files, for the lines a page shows."""

    report: Report
    verdict: Verdict
    sha: str
    read: Callable[[str], bytes | None]


def keep_check(desk: Desk, judged: Judged, *, deeds: Deeds) -> None:
    """The check of the commit; nothing is sent where it stands already."""
    with deeds.trying("check run", instead=ELSEWHERE):
        checks = desk.forge.checks()
        if checks is None:
            return
        verdict = judged.verdict
        passed = verdict.exit_code == ExitCode.CLEAN
        check = render_check(judged.report, passed=passed, reason=verdict.reason, sha=judged.sha, read=judged.read)
        standing = checks.standing(check.name, check.head_sha)
        if standing is None or not checks.same(check, standing):
            checks.put(check, standing=standing)
            deeds.written.append(f"check run {check.name}: {check.conclusion}")
        deeds.annotated = True
