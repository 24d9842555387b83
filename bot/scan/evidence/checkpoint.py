"""The checkpoint a call names, where its static report is at hand: the strongest evidence there is."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from bot.model import Evidence, EvidenceKind, Tier, Verdict

if TYPE_CHECKING:
    from bot.model import CheckpointReport

_DETAILS = {
    Verdict.LOADABLE: "names only what weights_only=True loads",
    Verdict.NEEDS_ALLOWLIST: "loads with weights_only=True only after an allow-list",
    Verdict.REFUSED: "is not loaded with weights_only=True, with or without an allow-list",
    Verdict.DANGEROUS: "names something that executes",
    Verdict.CORRUPT: "is corrupt",
}
_SAY_NOTHING = (Verdict.UNREADABLE, Verdict.OVER_LIMITS, Verdict.NOT_A_CHECKPOINT)
"""An LFS pointer, say: other evidence decides then."""


def tells(report: CheckpointReport) -> bool:
    """Whether a report says what the file asks for."""
    return report.verdict not in _SAY_NOTHING


def report_for(literal: str, reports: Mapping[str, CheckpointReport]) -> CheckpointReport | None:
    """The one report for the file a literal path names: the same path, or the only file that ends in it."""
    wanted = PurePosixPath(literal).as_posix().removeprefix("./")
    if not wanted:
        return None
    ends = [wanted] if wanted in reports else [path for path in reports if path.endswith(f"/{wanted}")]
    return reports.get(ends[0]) if len(ends) == 1 else None


def rule_on_checkpoint(report: CheckpointReport) -> tuple[Tier | None, Evidence]:
    """The tier a report allows, and the evidence. Only a file known to load is safe to fix for."""
    tier = Tier.SAFE if report.verdict is Verdict.LOADABLE else None
    return tier, Evidence(EvidenceKind.CHECKPOINT, report.path, 0, f"{report.path} {_DETAILS[report.verdict]}")
