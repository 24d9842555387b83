"""What people ask for on the dashboard: boxes of ours that they ticked, and nothing else that may stand there."""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass

PAUSE, GO_ON, NOW, AGAIN = "pause", "go-on", "publish", "again"
_BOX = re.compile(
    r"^- \[([ xX])\] <!-- loadguard:box=([a-z-]{1,20})(?::([A-Za-z0-9._-]{1,100}/[A-Za-z0-9._-]{1,100}))? -->", re.M
)


@dataclass(frozen=True, slots=True)
class Wishes:
    """`paused`: nothing new is opened. `now` and `again` are repositories (`owner/name`): publish without waiting for
    an opt-in or a stage; open anew what was closed unmerged. `go_on`: what came of the pull requests opened before
    `since` (ISO 8601) halts no more.
    """

    paused: bool = False
    now: frozenset[str] = frozenset()
    again: frozenset[str] = frozenset()
    go_on: bool = False
    since: str = ""

    def asks(self, slug: str) -> bool:
        """Whether a person asked for a pull request there."""
        return slug in self.now or slug in self.again


def read_wishes(body: str, known: Collection[str]) -> Wishes:
    """The ticked boxes of the dashboard. A repository that the sweep does not know is no wish."""
    ticked = {(found[2], found[3] or "") for found in _BOX.finditer(body.replace("\r\n", "\n")) if found[1] != " "}
    named = {key: frozenset(slug for name, slug in ticked if name == key and slug in known) for key in (NOW, AGAIN)}
    return Wishes((PAUSE, "") in ticked, named[NOW], named[AGAIN], (GO_ON, "") in ticked)
