"""What a commit is marked with: an App's check run, and an analysis in code scanning where that was asked for."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass

from bot.activities.deeds import Deeds
from bot.activities.desk import Desk
from bot.errors import ExitCode
from bot.model import Report, Upload
from bot.plan.verdict import Verdict
from bot.report.check import NAME as CHECK_NAME
from bot.report.check import render_check

CATEGORY = "loadguard"

__all__ = ("CATEGORY", "CHECK_NAME", "Judged", "keep_check", "keep_upload")


@dataclass(frozen=True, slots=True)
class Judged:
    """What commit `sha` was found to be. `read` has its files, for the lines a page shows; `first` says that no run
    before this one came as far as uploading anything.
    """

    report: Report
    verdict: Verdict
    sha: str
    read: Callable[[str], bytes | None]
    first: bool = False


def keep_check(desk: Desk, judged: Judged, *, deeds: Deeds) -> None:
    """The check of the commit; nothing is sent where it stands already."""
    with deeds.trying("check run", instead=desk.elsewhere):
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


def keep_upload(desk: Desk, judged: Judged, *, ref: str, deeds: Deeds) -> None:
    """The analysis of the commit in code scanning; nothing is sent where it stands already."""
    scanning = desk.forge.code_scanning() if desk.sarif else None
    if desk.sarif is None or scanning is None:
        return
    with deeds.trying("SARIF upload", instead=desk.elsewhere):
        log = json.loads(desk.sarif(judged.report, judged.read))
        for run in log["runs"]:
            run["automationDetails"] = {"id": f"{CATEGORY}/"}
        upload = Upload(json.dumps(log), judged.sha, ref, CATEGORY)
        if judged.first or not scanning.uploaded(upload):
            scanning.upload(upload)
            deeds.written.append(f"SARIF report uploaded for {ref}")
