"""Which of the repositories that were found are scanned, in which order, and in how many jobs: a plan's rows."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace

from bot.errors import UsageError
from bot.model.sweep import Basis, Progress, Repository, Row
from bot.plan.sweep.shards import shard_at, shards_for
from bot.policy.globs import matches
from bot.policy.load import POLICY_FILES, PolicyFile, load_policy
from bot.policy.sweep import SweepPolicy

MOST_ATTEMPTS = 3
"""Times a repository may be in hand when a scan is ended from outside; after them it waits until its tree changes."""
SCANNED_LANGUAGES = frozenset({"Python", "Jupyter Notebook"})
"""As GitHub spells them. A repository of which it names no language is looked at: it may not have counted yet."""
_ANYTHING = "\0/\0"
"""A path that no pattern but one for everything matches."""


@dataclass(frozen=True, slots=True)
class Known:
    """What the state knows by node id: what the last scans stood on, when they were, and the rows of the last plan.

    `tried` is when that plan was made, in ISO 8601: a repository that failed in it had its turn then.
    """

    bases: Mapping[str, Basis] = field(default_factory=dict)
    scanned_at: Mapping[str, str] = field(default_factory=dict)
    rows: Mapping[str, Row] = field(default_factory=dict)
    tried: str = ""


def make_rows(
    found: Iterable[Repository], known: Known, *, policy: SweepPolicy, basis: Callable[[Repository], Basis]
) -> tuple[list[Row], int]:
    """A row for each repository, in the order of work, and the number of shards; `basis` says what a scan of one would
    stand on now.

    Fair: first what was never scanned, then the oldest scan; among equals the one pushed to last. Rows that wait beyond
    what the most jobs take have shard 0: a later plan gives them one.
    """
    judged = [_judged(each, known, policy, basis(each)) for each in found]
    waiting = [row for row in judged if row.progress in (Progress.WAITING, Progress.SCANNING)]
    rest = [row for row in judged if row.progress not in (Progress.WAITING, Progress.SCANNING)]
    waiting.sort(key=lambda row: row.repository.pushed_at, reverse=True)
    waiting.sort(key=lambda row: _last_turn(row.repository, known))
    rest.sort(key=lambda row: row.repository.slug.lower())
    shards = shards_for(len(waiting), policy.shard_size)
    placed = [replace(row, shard=shard_at(place, shards, policy.shard_size)) for place, row in enumerate(waiting)]
    return placed + rest, shards


def skip_reason(repository: Repository, policy: SweepPolicy) -> str:
    """Why a repository is not scanned; empty where it is."""
    if repository.archived:
        return "archived"
    if repository.disabled:
        return "disabled by GitHub"
    if repository.mirror:
        return "a mirror"
    if repository.fork and not policy.forks:
        return "a fork"
    if repository.empty:
        return "empty"
    if not repository.tree:
        return "the token may not see its default branch (contents: read)"
    if policy.include and not any(_names(glob, repository) for glob in policy.include):
        return "not named by `sweep.include`"
    for glob in policy.exclude:
        if _names(glob, repository):
            return f"left out by `sweep.exclude: {glob}`"
    if repository.languages and SCANNED_LANGUAGES.isdisjoint(repository.languages):
        return "no Python and no notebooks"
    if _opted_out(repository):
        return "opted out by its own policy"
    return ""


def _judged(repository: Repository, known: Known, policy: SweepPolicy, basis: Basis) -> Row:
    reason = skip_reason(repository, policy)
    if reason:
        return Row(repository, Progress.SKIPPED, reason)
    if known.bases.get(repository.id) == basis:
        return Row(repository, Progress.UNCHANGED)
    before = known.rows.get(repository.id)
    if before is None or before.repository.tree != repository.tree or not before.attempts:
        return Row(repository, Progress.WAITING)
    if before.progress is Progress.FAILED and before.attempts >= MOST_ATTEMPTS:
        return Row(repository, Progress.FAILED, before.reason, attempts=before.attempts)
    if before.progress is Progress.SCANNING:
        return Row(repository, Progress.SCANNING, attempts=before.attempts)
    return Row(repository, Progress.WAITING)


def _last_turn(repository: Repository, known: Known) -> str:
    """When it was looked at last; empty for never. What fails each time is not put before what waits."""
    before = known.rows.get(repository.id)
    failed = known.tried if before is not None and before.progress is Progress.FAILED else ""
    return max(known.scanned_at.get(repository.id, ""), failed)


def _names(glob: str, repository: Repository) -> bool:
    return matches(repository.slug.lower(), glob.lower())


def _opted_out(repository: Repository) -> bool:
    """Its own policy excludes everything. One that is wrong opts out of nothing: the scan will tell of it."""
    if not repository.policy or "exclude" not in repository.policy:
        return False
    try:
        own = load_policy([PolicyFile(POLICY_FILES[0], repository.policy.encode("utf-8", "surrogateescape"))])
    except (UsageError, RecursionError):
        return False
    return any(matches(_ANYTHING, glob) for glob in own.exclude)
