"""The story of a branch, on push, on schedule or by hand: scan it whole and keep its fix pull request."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace

from bot.activities.checking import Judged, keep_check, keep_upload
from bot.activities.comparing import mark_report
from bot.activities.deeds import Deeds
from bot.activities.desk import Desk, reader_at
from bot.activities.keeping import Material, keep_fix
from bot.activities.known_checkpoints import of_commit
from bot.activities.projects import by_project, target_of
from bot.activities.scanning import scan_files, with_unreadable
from bot.activities.sources import Source, from_commit
from bot.edge.checkout import Checkout
from bot.errors import ForgeError
from bot.model import Foreseen, Outcome, Report
from bot.plan.fix_branch import Target, branch_name
from bot.plan.verdict import decide
from bot.policy import FixMode, FixPullRequestPolicy, Policy
from bot.policy.apply import covers, fail_level
from bot.policy.load import ORGANISATION_FILE


def run(desk: Desk, *, ref: str = "", before: str = "") -> Outcome:
    """Scan branch `ref` (empty: the default branch); a fix pull request where the policy says `fix: pr`.

    Only what came since commit `before` is new and can fail the run: a nightly run over old findings passes, and its
    fix
    pull request speaks for them. Raises `ForgeError` without a checkout of the branch.
    """
    base_ref = ref or desk.forge.default_branch()
    _prepare(desk, base_ref)
    checkout, commit = _standing_on(desk, base_ref)
    policy = desk.policy(reader_at(desk, commit))
    source = from_commit(checkout, commit, markdown=policy.markdown_blocks)
    report = _mark(_scan(desk, source, policy, commit=commit), checkout, source, since=(before, commit), policy=policy)
    deeds = Deeds()
    if policy.fix is FixMode.PR:
        for project, part in by_project(report, policy):
            target = target_of(policy, project, (base_ref, commit))
            keep_fix(desk, Material(part, source.files, source.modes), target, policy=policy, deeds=deeds)
    verdict = decide(report, lambda path: fail_level(policy, path), only_new=True, unread_fails=False)
    judged = Judged(report, verdict, commit, source.files.get)
    keep_check(desk, judged, deeds=deeds)
    keep_upload(desk, judged, ref=f"refs/heads/{base_ref}", deeds=deeds)
    return deeds.outcome(report, verdict)


def _prepare(desk: Desk, base_ref: str) -> None:
    """Let the forge fetch at once what is asked of it below. It is a hint: trouble comes up where it matters."""
    branch = branch_name(FixPullRequestPolicy(), Target(base_ref, ""))
    with suppress(ForgeError):
        desk.forge.prepare(Foreseen(branch, base_ref, shared=(ORGANISATION_FILE,)))


def _standing_on(desk: Desk, base_ref: str) -> tuple[Checkout, str]:
    """The checkout and the commit to work on: the branch's tip, or where the checkout stands when the tip is newer."""
    if desk.checkout is None:
        raise ForgeError("scanning a whole branch needs a checkout", hint="put actions/checkout before this step")
    tip = desk.forge.branch_sha(base_ref)
    commit = (tip and desk.checkout.commit(tip)) or desk.checkout.commit("HEAD")
    if commit is None:
        raise ForgeError(f"the checkout has no commit of branch {base_ref}", hint="push a commit first")
    return desk.checkout, commit


def _scan(desk: Desk, source: Source, policy: Policy, *, commit: str) -> Report:
    chosen = [path for path in (*source.files, *source.unreadable) if covers(policy, path) and _named(desk, path)]
    whole = len(chosen) == len(source.files) + len(source.unreadable)
    known = of_commit(desk.checkout, commit, source.modes, policy)
    report = scan_files(source.files, policy=policy, only=None if whole else set(chosen), checkpoints=known)
    return with_unreadable(report, {path: why for path, why in source.unreadable.items() if path in set(chosen)})


def _named(desk: Desk, path: str) -> bool:
    return not desk.only or any(path == each or path.startswith(f"{each.rstrip('/')}/") for each in desk.only)


def _mark(report: Report, checkout: Checkout, source: Source, *, since: tuple[str, str], policy: Policy) -> Report:
    old, commit = since
    base = checkout.commit(old) if old else None
    if base is None:
        return replace(report, findings=tuple(replace(each, new=False) for each in report.findings))
    changed = checkout.changed_files(base, commit)
    return mark_report(
        report, changed, before=lambda path: checkout.read_file(path, base), now=source.files.get, policy=policy
    )
