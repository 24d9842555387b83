"""What people asked for on the dashboard."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Wishes:
    """`paused`: nothing new is opened. `now` and `again` are node ids of repositories: publish without waiting for an
    opt-in or a stage; open anew what was closed unmerged. `since` (ISO 8601): what came of earlier pull requests does
    not halt any more.
    """

    paused: bool = False
    now: frozenset[str] = frozenset()
    again: frozenset[str] = frozenset()
    since: str = ""
