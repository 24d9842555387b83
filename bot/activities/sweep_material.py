"""What a repository's fix pull request is made from in a sweep: the stored report, and its files as they were scanned.

One query brings the fix branch, its pull requests, the branch's tip and the files. Nothing is scanned again; what the
stored fixes do to the files is proved anew.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from bot.activities.keeping import Material
from bot.activities.projects import by_project, target_of
from bot.activities.sweep_scan import Stand, policy_of
from bot.edge.forge import Forge
from bot.model import LINK_MODE, SUBMODULE_MODE, Finding, Foreseen, Report, Tier, TreeFile
from bot.model.sweep import Row, Scan
from bot.plan.edits import apply_fixes
from bot.plan.fix_branch import Target, branch_name, may_change
from bot.plan.sweep.recall import recalled
from bot.policy import Policy
from bot.policy.load import POLICY_FILES
from bot.scan.fixing.sound import only_switches


@dataclass(frozen=True, slots=True)
class Gathered:
    """Each part is a pull request of its own: one, or one for each project of a monorepo."""

    policy: Policy
    parts: tuple[tuple[Material, Target], ...]


def gather(forge: Forge, row: Row, scan: Scan, stand: Stand) -> Gathered | None:
    """Everything that keeping the fix needs; None where the branch has moved since the scan. Raises `ForgeError`."""
    base_ref, commit = row.repository.branch, scan.commit
    report = recalled(scan.report)
    paths = tuple(dict.fromkeys(each.path for each in report.findings if _is_safe(each)))
    policies = POLICY_FILES if stand.own is None else ()
    early, _ = policy_of(stand, lambda path: None, baseline=False)
    branch = branch_name(early.fix_pull_request, Target(base_ref, commit))
    forge.prepare(Foreseen(branch, base_ref, files=((commit, (*policies, *paths)),)))
    if forge.branch_sha(base_ref) != commit:
        return None
    found = forge.read_files((*policies, *paths), commit)
    files = {path: each.data for path, each in found.items() if each.mode not in (LINK_MODE, SUBMODULE_MODE)}
    policy, _ = policy_of(stand, files.get, baseline=False)
    report = _proved(report, files)
    parts = [
        (Material(part, files, _modes(found)), target_of(policy, project, (base_ref, commit)))
        for project, part in by_project(report, policy)
    ]
    return Gathered(policy, tuple(parts))


def _modes(found: Mapping[str, TreeFile]) -> dict[str, str]:
    return {path: each.mode for path, each in found.items()}


def _proved(report: Report, files: Mapping[str, bytes]) -> Report:
    """Without the fixes that do anything else to their file than they may."""
    wanted = [each for each in report.findings if _is_safe(each)]
    sound = {path for path in {each.path for each in wanted} if _is_sound(path, files, wanted)}
    findings = tuple(each if each.path in sound else replace(each, fix=None) for each in report.findings)
    return replace(report, findings=findings)


def _is_sound(path: str, files: Mapping[str, bytes], wanted: list[Finding]) -> bool:
    if path not in files:
        return False
    try:
        after = apply_fixes(files[path], [each for each in wanted if each.path == path]).content
    except ValueError:
        return False
    return only_switches(path, files[path], after)


def _is_safe(finding: Finding) -> bool:
    return finding.fix is not None and finding.fix.tier is Tier.SAFE and may_change(finding.path)
