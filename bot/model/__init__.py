"""The nouns. Frozen, slotted, standard library only; every other room speaks in these.

Each is made when it is first asked for: a dataclass takes a millisecond to make, and a scan needs a third of them.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from bot.model.change import (
        ChangedFile,
        Hunk,
        PullRequest,
    )
    from bot.model.checkpoint import (
        CheckpointReport,
        Drift,
        GlobalUse,
        Killed,
        Loaded,
        NotTried,
        Refused,
        TensorInfo,
    )
    from bot.model.finding import (
        Edit,
        Evidence,
        EvidenceKind,
        Finding,
        Fix,
        Mmap,
        MmapDecision,
        Severity,
        Tier,
        Use,
        WeightsOnly,
    )
    from bot.model.forge import (
        FINDING_MARKER,
        LINK_MODE,
        MARKER,
        SUBMODULE_MODE,
        SUMMARY_MARKER,
        Annotation,
        BranchState,
        CheckRun,
        CheckState,
        Comment,
        FileChange,
        FixBranch,
        FixPullRequest,
        Foreseen,
        Outcome,
        Refusal,
        Review,
        ReviewComment,
        Thread,
        TreeFile,
        Upload,
    )
    from bot.model.report import (
        FileReport,
        Report,
        Scanned,
        Silenced,
        Unreadable,
    )
    from bot.model.verdict import Verdict

_HOMES = {
    "change": "ChangedFile Hunk PullRequest",
    "checkpoint": "CheckpointReport Drift GlobalUse Killed Loaded NotTried Refused TensorInfo",
    "finding": "Edit Evidence EvidenceKind Finding Fix Mmap MmapDecision Severity Tier Use WeightsOnly",
    "forge": """FINDING_MARKER LINK_MODE MARKER SUBMODULE_MODE SUMMARY_MARKER Annotation BranchState CheckRun
        CheckState Comment FileChange FixBranch FixPullRequest Foreseen Outcome Refusal Review ReviewComment
        Thread TreeFile Upload""",
    "report": "FileReport Report Scanned Silenced Unreadable",
    "verdict": "Verdict",
}
"""Which module makes which nouns; a test holds it and the imports above together."""

__all__ = [
    "FINDING_MARKER",
    "LINK_MODE",
    "MARKER",
    "SUBMODULE_MODE",
    "SUMMARY_MARKER",
    "Annotation",
    "BranchState",
    "ChangedFile",
    "CheckRun",
    "CheckState",
    "CheckpointReport",
    "Comment",
    "Drift",
    "Edit",
    "Evidence",
    "EvidenceKind",
    "FileChange",
    "FileReport",
    "Finding",
    "Fix",
    "FixBranch",
    "FixPullRequest",
    "Foreseen",
    "GlobalUse",
    "Hunk",
    "Killed",
    "Loaded",
    "Mmap",
    "MmapDecision",
    "NotTried",
    "Outcome",
    "PullRequest",
    "Refusal",
    "Refused",
    "Report",
    "Review",
    "ReviewComment",
    "Scanned",
    "Severity",
    "Silenced",
    "TensorInfo",
    "Thread",
    "Tier",
    "TreeFile",
    "Unreadable",
    "Upload",
    "Use",
    "Verdict",
    "WeightsOnly",
]


def __getattr__(name: str) -> object:
    for home, nouns in _HOMES.items():
        if name in nouns.split():
            noun: object = getattr(import_module(f"bot.model.{home}"), name)
            globals()[name] = noun
            return noun
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
