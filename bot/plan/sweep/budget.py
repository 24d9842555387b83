"""How much of GitHub's limits a sweep may use up, and when it goes on: values in, a decision out."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from bot.model.sweep import Allowance

RESERVE = 20
"""Percent of each hourly limit that is left to whatever else uses the same token."""
POINTS_A_MINUTE = 900
"""GitHub's secondary limit for the REST API; a read is one point."""
_ROOM = 30
"""Points a minute left free: for what is asked when something is wrong."""


@dataclass(frozen=True, slots=True)
class Pause:
    """The reserve is reached. `resume` is in seconds since the epoch."""

    resource: str
    remaining: int
    resume: float

    def __str__(self) -> str:
        left = f"{self.remaining:,} requests of the {self.resource} limit are left, which is the reserve"
        return f"{left}; {resume_text(self.resume)}"


def pause_before(allowances: Iterable[Allowance], *, reserve: int = RESERVE, now: float, cost: int = 1) -> Pause | None:
    """Whether `cost` more requests would go below the reserve (percent) of a limit. One whose hour is over is whole."""
    for each in allowances:
        if each.reset > now and each.remaining - cost < each.limit * reserve / 100:
            return Pause(each.resource, each.remaining, each.reset)
    return None


def pace(sent: Sequence[float], now: float) -> float:
    """Seconds to wait before the next request, when those before were sent at the moments in `sent` (oldest first)."""
    most = POINTS_A_MINUTE - _ROOM
    return max(0.0, sent[-most] + 60.0 - now) if len(sent) >= most else 0.0


def resume_text(resume: float) -> str:
    """`resume after 14:05 UTC`: within the minute after it rather than within the one before."""
    moment = datetime.fromtimestamp(resume + 59, UTC)
    return f"resume after {moment:%H:%M} UTC"
