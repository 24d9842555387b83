"""`torch.load` without `weights_only` runs whatever code the file asks for.

A checkpoint is a pickle, and a pickle is a program. Below torch 2.6 `torch.load(path)` runs it without asking; since 2.6
the default is safe, except where `pickle_module` is given, which silently means `weights_only=False`.

Bad:

    state = torch.load("model.pt")

Good:

    state = torch.load("model.pt", weights_only=True)

Fix: write `weights_only=True` where the file holds tensors and plain containers. Where it holds objects, save a `state_dict`
instead, or name the classes with `torch.serialization.safe_globals([...])`.
`weights_only=True` protects from torch 2.6.0 on (CVE-2025-32434), fully from 2.10.0 on (CVE-2026-24747).
"""

from __future__ import annotations

from bot.model import Finding, Severity, WeightsOnly
from bot.scan.judgement import Judgement
from bot.scan.project import Project
from bot.scan.rules.base import Rule, finding_of
from bot.scan.sites import Site


def check(site: Site, judgement: Judgement, project: Project) -> Finding | None:
    if site.says not in (WeightsOnly.ABSENT, WeightsOnly.NONE):
        return None
    return finding_of(
        site, judgement, rule=RULE.code, severity=RULE.severity,
        message="torch.load without weights_only=True runs the code a pickle asks for",
    )  # fmt: skip


RULE = Rule(
    "LG001",
    "missing-weights-only",
    Severity.ERROR,
    "torch.load without weights_only, unsafe by default below torch 2.6",
    check,
)
