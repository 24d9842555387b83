"""Keep one fix pull request as it should stand: decide from what is there, then do the one thing that is missing."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from bot.activities.deeds import Deeds
from bot.activities.desk import Desk
from bot.activities.fixing import plan_fixes
from bot.edge.forge import compare_link
from bot.errors import ForgeError, PermissionMissing
from bot.model import BranchState, FileChange, FixBranch, FixPullRequest, Refusal, Report, Tier
from bot.plan.fix_branch import Target, branch_name, may_change, plan_fix_branch, without
from bot.plan.fix_state import Action, Decision, Standing, decide, declined, same_changes
from bot.plan.fix_wording import BodyFacts
from bot.plan.patch import mail_patch
from bot.plan.verdict import count
from bot.policy import Policy

PATCH_NAME = "loadguard-fix.patch"


@dataclass(frozen=True, slots=True)
class Material:
    """What a fix is made from: the report it answers, the tree it is made on."""

    report: Report
    files: Mapping[str, bytes]
    modes: Mapping[str, str]


def keep_fix(desk: Desk, material: Material, target: Target, *, policy: Policy, deeds: Deeds) -> None:
    """Everything about one fix branch; trouble goes into `deeds`."""
    with deeds.trying("fix pull request", instead="no fix was written"):
        name = branch_name(policy.fix_pull_request, target)
        # The branch first: on GitHub the same answer then holds its pull requests too.
        branch = desk.forge.fix_branch(name, target.base_ref)
        pulls = desk.forge.fix_pull_requests(name)
        if desk.anew:
            pulls = tuple(pull for pull in pulls if pull.state == "open")
        wanted = _wanted(desk, material, target, policy, declined(pulls))
        if wanted is None and not any(pull.state == "open" for pull in pulls):
            return
        differs = _tree_differs(desk, wanted, branch, pulls)
        days = policy.fix_pull_request.recreate_after_days
        standing = Standing(branch, pulls, differs)
        decision = decide(wanted, standing, now=desk.clock(), recreate_after_days=days)
        _carry_out(desk, decision, wanted, material, deeds)


def _wanted(desk: Desk, material: Material, target: Target, policy: Policy, gone: frozenset[str]) -> FixBranch | None:
    allowed = policy.fix_pull_request
    tiers = (Tier.SAFE, Tier.REVIEW) if desk.review_tier else (Tier.SAFE,)
    open_findings = [each for each in without(material.report.findings, gone) if may_change(each.path)]
    fixes = plan_fixes(open_findings, material.files.get, tiers=tiers)
    changes = tuple(_with_mode(each, material.modes) for each in fixes.changes[: allowed.max_files])
    kept = {change.path for change in changes}
    done = tuple(each for each in fixes.done if each.path in kept)
    ended = set(done)
    facts = BodyFacts(
        done=done,
        left=tuple(each for each in material.report.findings if each not in ended and each.fingerprint not in gone),
        floor=policy.torch_floor,
        unreadable=material.report.unreadable,
        checkpoints=material.report.checkpoints,
        approval=desk.forge.waits_for_approval(),
        remarks=_remarks(len(fixes.changes) - len(changes), gone),
    )
    return plan_fix_branch(changes, target=target, facts=facts, policy=allowed)


def _remarks(too_many: int, gone: frozenset[str]) -> tuple[str, ...]:
    remarks = []
    if too_many:
        remarks.append(f"{count(too_many, 'more file')} would change; they follow once this is merged (`max_files`).")
    if gone:
        remarks.append(
            f"{count(len(gone), 'finding')} of an earlier pull request that was closed unmerged stay as they are."
        )
    return tuple(remarks)


def _with_mode(change: FileChange, modes: Mapping[str, str]) -> FileChange:
    """Where no mode is known the forge keeps the one it has."""
    return replace(change, mode=modes.get(change.path, ""))


def _tree_differs(
    desk: Desk, wanted: FixBranch | None, branch: BranchState | None, pulls: tuple[FixPullRequest, ...]
) -> bool:
    if branch is None or wanted is None:
        return True
    known = any(pull.state == "open" and pull.ours and same_changes(pull, wanted) for pull in pulls)
    return not known and desk.forge.tree_of(wanted) != branch.tree


def _carry_out(desk: Desk, decision: Decision, wanted: FixBranch | None, material: Material, deeds: Deeds) -> None:
    forge, pull = desk.forge, decision.pull
    if pull is not None:
        deeds.url, deeds.operation = pull.url, "unchanged"
    if decision.action is Action.NONE:
        deeds.written.append(f"fix pull request: {decision.reason}")
    elif decision.action is Action.CLOSE and pull is not None:
        forge.close_fix_pull_request(pull, decision.reason)
        deeds.operation = "closed"
        deeds.written.append(f"fix pull request {pull.url} closed: it is no longer needed")
    elif wanted is not None:
        _bring_about(desk, decision, wanted, material, deeds)


def _bring_about(desk: Desk, decision: Decision, wanted: FixBranch, material: Material, deeds: Deeds) -> None:
    if decision.action in (Action.PUSH_AND_OPEN, Action.PUSH_AND_EDIT) and not _push(desk, wanted, material, deeds):
        return
    if decision.pull is not None:
        notices = desk.forge.update_fix_pull_request(decision.pull, wanted)
        deeds.refused += [Refusal("fix pull request", notice) for notice in notices]
        deeds.operation = "updated"
        deeds.written.append(f"fix pull request {decision.pull.url} updated: {decision.reason}")
        return
    try:
        pull = desk.forge.open_fix_pull_request(wanted)
    except PermissionMissing as trouble:
        deeds.url, deeds.operation = compare_link(desk.forge, wanted.base_ref, wanted.name), "branch"
        instead = f"branch {wanted.name} is pushed, open it at {deeds.url}"
        deeds.refused.append(Refusal("fix pull request", f"{trouble} (permission `{trouble.permission}`); {instead}"))
        return
    deeds.url, deeds.operation = pull.url, "created"
    deeds.written.append(
        f"fix pull request {pull.url}: {count(len(wanted.fingerprints), 'finding')} fixed on {wanted.name}"
    )
    deeds.refused += [Refusal("fix pull request", notice) for notice in pull.notices]


def _push(desk: Desk, wanted: FixBranch, material: Material, deeds: Deeds) -> bool:
    """Make the branch; where that is refused, leave a patch. Whether the branch stands."""
    try:
        standing = desk.forge.fix_branch(wanted.name, wanted.base_ref)
        desk.forge.push_fix_branch(wanted, standing=standing)
    except ForgeError as trouble:
        missing = f" (permission `{trouble.permission}`)" if isinstance(trouble, PermissionMissing) else ""
        deeds.note(trouble)
        deeds.refused.append(Refusal("fix branch", f"{trouble}{missing}; {_write_patch(desk, wanted, material)}"))
        return False
    deeds.written.append(f"branch {wanted.name}: {count(len(wanted.changes), 'file')} changed on {wanted.base_ref}")
    return True


def _write_patch(desk: Desk, wanted: FixBranch, material: Material) -> str:
    """Leave the fix as a patch; where it is, in a clause."""
    file = desk.patches / PATCH_NAME
    originals = {change.path: material.files[change.path] for change in wanted.changes}
    try:
        desk.patches.mkdir(parents=True, exist_ok=True)
        file.write_bytes(mail_patch(wanted, originals))
    except OSError as trouble:
        return f"{file} cannot be written either: {trouble.strerror}"
    return f"the fix is in {file}: apply it with `git am`"
