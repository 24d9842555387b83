"""The torch this project admits is one in which `weights_only=True` does not protect.

Two advisories are about the safe loader itself. CVE-2025-32434 (GHSA-53q9-r3pm-6pq6): below 2.6.0 a crafted file runs
code in spite of `weights_only=True`. CVE-2026-24747: below 2.10.0 a crafted file corrupts memory in the safe
unpickler. A floor below them means that the keyword, written everywhere, still promises more than it holds.

Bad:

    dependencies = ["torch>=2.0"]

Good:

    dependencies = ["torch>=2.10"]

Fix: raise the lower bound. Where an old torch must stay, load only files whose origin you control, or safetensors. A
declaration without a lower bound is a note: a fresh installation gets a new torch, an old environment keeps its own.
Nothing is said where no torch is declared.
"""

from __future__ import annotations

from collections.abc import Iterator

from bot.model import Evidence, EvidenceKind, Finding, Severity
from bot.scan.evidence.version.declared import is_manifest
from bot.scan.evidence.version.floor import Floor, torch_declarations, torch_floor
from bot.scan.project import Project
from bot.scan.rules.base import Rule

_ADVISORIES = (
    ((2, 6), "CVE-2025-32434: below 2.6.0 a crafted file runs code in spite of weights_only=True"),
    ((2, 10), "CVE-2026-24747: below 2.10.0 a crafted file corrupts memory in the weights_only unpickler"),
)


def check_file(path: str, data: bytes, project: Project) -> Iterator[Finding]:
    declared = [d for d in torch_declarations(project) if d.path == path]
    if not declared or not project.holds(b"torch", b"load"):
        return
    for folder in sorted({d.folder for d in declared}):
        floor = torch_floor(project, path=f"{folder}/-" if folder else "-")
        if floor.path == path:
            yield from _judge(floor)


def _judge(floor: Floor) -> Iterator[Finding]:
    admitted = [said for fixed, said in _ADVISORIES if not floor.reaches(fixed)]
    if not admitted:
        return
    loose = floor.version is None or not floor.firm
    version = ".".join(map(str, floor.version)) if floor.version else "any version"
    yield Finding(
        RULE.code,
        Severity.NOTE if loose else RULE.severity,
        floor.path,
        floor.line,
        1,
        floor.line,
        len(floor.text) + 1,
        f"the declared torch admits {version}: " + "; ".join(admitted),
        source=floor.text,
        evidence=(Evidence(EvidenceKind.VERSION, floor.path, floor.line, floor.text),),
        advice="Raise the lower bound to torch>=2.10.",
    )


RULE = Rule(
    "LG006",
    "torch-floor",
    Severity.WARNING,
    "the declared torch range admits versions where weights_only=True does not protect",
    check_file=check_file,
    wants=is_manifest,
)
