"""The checkpoint a call names, where its static report is at hand: the strongest evidence there is."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import PurePosixPath

from bot.model import CheckpointReport, Evidence, EvidenceKind, Tier, Verdict

_DETAILS = {
    Verdict.LOADABLE: "names only what weights_only=True loads",
    Verdict.NEEDS_ALLOWLIST: "loads with weights_only=True only after an allow-list",
    Verdict.DANGEROUS: "names something that executes",
    Verdict.CORRUPT: "is corrupt",
    Verdict.OVER_LIMITS: "is over the limits, so nothing is known of it",
    Verdict.UNREADABLE: "could not be read, so nothing is known of it",
    Verdict.NOT_A_CHECKPOINT: "is not a checkpoint",
}


def find_checkpoint(literal: str, reports: Mapping[str, CheckpointReport]) -> CheckpointReport | None:
    """The one report for the file a literal path names: the same path, or the only file that ends in it."""
    wanted = PurePosixPath(literal).as_posix().removeprefix("./")
    if not wanted:
        return None
    if wanted in reports:
        return reports[wanted]
    ends = [report for path, report in reports.items() if path.endswith(f"/{wanted}")]
    return ends[0] if len(ends) == 1 else None


def rule_on_checkpoint(report: CheckpointReport) -> tuple[Tier | None, Evidence]:
    """The tier a report allows, and the evidence. Only a file known to load is safe to fix for."""
    tier = Tier.SAFE if report.verdict is Verdict.LOADABLE else None
    return tier, Evidence(EvidenceKind.CHECKPOINT, report.path, 0, f"{report.path} {_DETAILS[report.verdict]}")
