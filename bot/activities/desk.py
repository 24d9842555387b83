"""What `bot.main` lays ready for the stories on a forge."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from bot.edge.checkout import Checkout
from bot.edge.forge import Forge
from bot.model import ChangedFile, CheckpointReport, Report
from bot.policy import Policy

Read = Callable[[str], bytes | None]
"""Reads a file by its path at some commit; None where there is none."""

Checkpoints = Callable[[tuple[ChangedFile, ...], Read, Read | None, Policy], tuple[CheckpointReport, ...]]
"""Looks at the checkpoints among changed files, given readers of the new side and, where it is at hand, the old."""


def now() -> datetime:
    return datetime.now(UTC)


@dataclass(frozen=True, slots=True)
class Desk:
    """`policy` makes the policy out of a reader of the base's files: never the head's, or a pull request could
    switch its own gate off.

    `patches` is the folder for what could not be pushed. `review_tier` puts likely fixes into fix pull requests too, as
    drafts. `only` are paths to scan; empty for all. `sarif` renders the report for code scanning, None where nothing
    is to be uploaded. `anew` forgets that a fix pull request was closed: a person asked for another. `elsewhere` says
    where findings stand that could not be written.
    """

    forge: Forge
    checkout: Checkout | None
    policy: Callable[[Read], Policy]
    patches: Path
    clock: Callable[[], datetime] = now
    checkpoints: Checkpoints | None = None
    review_tier: bool = False
    only: tuple[str, ...] = ()
    sarif: Callable[[Report, Read], str] | None = None
    anew: bool = False
    elsewhere: str = "the findings stand in the annotations and the job summary"


def reader_at(desk: Desk, commit: str) -> Read:
    """Reads single files at a commit, from git where it has the commit, else through the forge."""
    checkout = desk.checkout
    if checkout is not None and checkout.commit(commit):
        return lambda path: checkout.read_file(path, commit)
    return lambda path: desk.forge.read_file(path, commit)
