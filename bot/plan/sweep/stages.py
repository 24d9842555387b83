"""How many pull requests may be open before people have looked at some, and when no more are opened at all."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import timedelta

from bot.model.moment import iso_moment
from bot.model.sweep import Publication, Standing
from bot.policy.sweep import PublishPolicy

LEAST = 5
"""Of fewer than these a percentage says nothing."""
QUIET = timedelta(hours=24)
"""An open pull request as old as this counts as looked at: many repositories have no checks, and silence is no no."""


@dataclass(frozen=True, slots=True)
class Tally:
    """Our pull requests so far. `checked` are those whose checks ended, `seen` those that were merged, closed, checked
    or lay open for a day.
    """

    opened: int = 0
    merged: int = 0
    closed: int = 0
    checked: int = 0
    red: int = 0
    seen: int = 0


def tally(publications: Iterable[Publication], *, now: float, since: str = "") -> Tally:
    """Count those opened after `since` (ISO 8601). One whose opening was not seen counts from when it was first met."""
    ours = [each for each in publications if each.standing is not Standing.NONE and _opened(each) >= since]
    day_ago = iso_moment(now - QUIET.total_seconds())
    gone = (Standing.MERGED, Standing.CLOSED)
    return Tally(
        opened=len(ours),
        merged=sum(each.standing is Standing.MERGED for each in ours),
        closed=sum(each.standing is Standing.CLOSED for each in ours),
        checked=sum(each.red is not None for each in ours),
        red=sum(each.red is True for each in ours),
        seen=sum(each.standing in gone or each.red is not None or _opened(each) <= day_ago for each in ours),
    )


def _opened(publication: Publication) -> str:
    return publication.opened_at or publication.seen_at


@dataclass(frozen=True, slots=True)
class Room:
    """How many more may be opened now; `most` None is as many as there are. `reason` says what it waits for."""

    most: int | None
    reason: str = ""


def room(found: Tally, canary: Sequence[int]) -> Room:
    """By the canary's stages (`10, 100`): the next begins when half of the former have been looked at."""
    for stage in sorted(canary):
        enough = (stage + 1) // 2
        if found.seen < enough:
            left = max(0, stage - found.opened)
            waits = (
                f"{stage:,} are opened first and {found.opened:,} are; the rest wait until {enough:,} of these have "
                f"been looked at (merged, closed, checked, or open for a day): {found.seen:,} so far"
            )
            return Room(left, waits)
    return Room(None)


def halted(found: Tally, publish: PublishPolicy) -> str:
    """Why no more are opened, as a sentence; empty where nothing speaks against it."""
    if found.seen >= LEAST and found.closed * 100 >= publish.halt_closed * found.seen:
        return (
            f"halted: {found.closed:,} of the {found.seen:,} pull requests that were looked at were closed unmerged, "
            f"and the limit is {publish.halt_closed} % (`sweep.publish.halt_closed`)"
        )
    if found.checked >= LEAST and found.red * 100 >= publish.halt_red * found.checked:
        return (
            f"halted: the checks of {found.red:,} of {found.checked:,} pull requests failed, and the limit is "
            f"{publish.halt_red} % (`sweep.publish.halt_red`)"
        )
    return ""
