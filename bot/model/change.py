"""What a pull request changes."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Hunk:
    """Lines `start` to `end` (1-based, inclusive) of the new side that a diff shows; `added` are those it adds or
    changes.
    """

    start: int
    end: int
    added: frozenset[int]


@dataclass(frozen=True, slots=True)
class ChangedFile:
    """`status` is git's word: added, modified, renamed, removed, copied, changed.

    `blob` is git's id of the new content where it is known: a file in the checkout with the same id need not be
    fetched.
    """

    path: str
    status: str
    hunks: tuple[Hunk, ...] = ()
    previous_path: str | None = None
    blob: str = ""


@dataclass(frozen=True, slots=True)
class PullRequest:
    """The facts of a pull request that decide what may be done. `fork` is true when head is another repository."""

    number: int
    base_sha: str
    base_ref: str
    head_sha: str
    head_ref: str
    head_repository: str
    fork: bool
    draft: bool = False
    open: bool = True
