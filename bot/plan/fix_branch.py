"""Fixes -> the fix pull request as it should stand: branch, commit, title, body."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass

from bot.model import FileChange, Finding, FixBranch, Tier
from bot.plan.fix_state import hidden_facts
from bot.plan.fix_wording import BodyFacts, commit_message, pull_body
from bot.policy import FixPullRequestPolicy, ProjectPolicy

TITLE = "Load checkpoints with weights_only=True"
_NEVER_EDITED = ".github/workflows/"


@dataclass(frozen=True, slots=True)
class Target:
    """What the branch is made on. `pull` is the number of the pull request it serves, 0 for the repository's own.

    `rest` marks what belongs to no project where each project has a pull request of its own.
    """

    base_ref: str
    base_sha: str
    pull: int = 0
    project: ProjectPolicy | None = None
    rest: bool = False


def branch_name(policy: FixPullRequestPolicy, target: Target) -> str:
    """Always the same, so that every run finds what the last one made.

    One for each pull request it serves, or two of them would take it from each other; a hyphen, because git cannot hold
    both `a/b` and `a/b/c`, which is also why the rest of a monorepo has a name.
    """
    name = f"{policy.branch_prefix.rstrip('/')}/weights-only"
    if target.project is not None:
        name += "/" + _slug(target.project.name or target.project.path)
    elif target.rest:
        name += "/_rest"
    return f"{name}-pr-{target.pull}" if target.pull else name


def may_change(path: str) -> bool:
    """Files under .github/workflows are never edited: no token of ours may, and nobody should have to wonder."""
    return not path.startswith(_NEVER_EDITED)


def plan_fix_branch(
    changes: tuple[FileChange, ...],
    *,
    target: Target,
    facts: BodyFacts,
    policy: FixPullRequestPolicy,
) -> FixBranch | None:
    """The fix branch for these changes, or None when there are none. A draft where anything in it is only likely."""
    if not changes:
        return None
    fingerprints = tuple(sorted({finding.fingerprint for finding in facts.done}))
    project = target.project
    return FixBranch(
        name=branch_name(policy, target),
        base_ref=target.base_ref,
        base_sha=target.base_sha,
        changes=changes,
        title=TITLE + (f" in {project.name or project.path}" if project else ""),
        body=pull_body(facts, hidden=hidden_facts(fingerprints, digest(changes))),
        commit_message=commit_message(TITLE, facts.done, sign_off=policy.sign_off),
        draft=any(finding.fix is not None and finding.fix.tier is Tier.REVIEW for finding in facts.done),
        labels=(project.labels if project else ()) or policy.labels,
        reviewers=(project.reviewers if project else ()) or policy.reviewers,
        fingerprints=fingerprints,
    )


def digest(changes: Iterable[FileChange]) -> str:
    """A short name for exactly these contents, whatever stands around them."""
    total = hashlib.sha256()
    for change in sorted(changes, key=lambda each: each.path):
        name = change.path.encode("utf-8", "surrogateescape")
        total.update(b"%d %s\0%s\0" % (len(name), name, change.mode.encode()))
        total.update(hashlib.sha256(change.content).digest())
    return total.hexdigest()[:32]


def without(findings: Iterable[Finding], declined: frozenset[str]) -> tuple[Finding, ...]:
    """The findings whose fix nobody has turned down."""
    return tuple(finding for finding in findings if finding.fingerprint not in declined)


def _slug(text: str) -> str:
    kept = "".join(c if c.isascii() and (c.isalnum() or c in "-_") else "-" for c in text.strip("/"))
    return kept.strip("-") or "project"
