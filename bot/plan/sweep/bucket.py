"""How fast pull requests are opened: a token bucket that is kept as a short text, so that a kill does not refill it."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass, replace

HOUR = 3600.0
MOST_HALVINGS = 4
"""A sixteenth of the hourly number is as slow as it gets."""
_TEXT = re.compile(r"(\d{1,6}(?:\.\d{1,6})?) (\d{1,12}(?:\.\d{1,6})?) ([0-4])")


@dataclass(frozen=True, slots=True)
class Bucket:
    """`tokens` there were at the moment `at` (seconds since the epoch); `halvings` of the pace after limits.

    It holds a quarter of `per_hour` and refills with the rest, so that no hour sees more than `per_hour`.
    """

    per_hour: int
    tokens: float
    at: float
    halvings: int = 0

    @property
    def holds(self) -> int:
        return max(1, self.per_hour // 4)

    @property
    def rate(self) -> float:
        """Tokens a second."""
        return max(1, self.per_hour - self.holds) / HOUR / float(2**self.halvings)

    def filled(self, now: float) -> Bucket:
        """With what has come in until `now`. A clock that was set back brings nothing."""
        more = max(0.0, now - self.at) * self.rate
        return replace(self, tokens=min(float(self.holds), self.tokens + more), at=now)

    def taken(self, now: float) -> Bucket:
        """One token less. Only where `wait` says 0."""
        filled = self.filled(now)
        return replace(filled, tokens=max(0.0, filled.tokens - 1))

    def given_back(self) -> Bucket:
        """After nothing was opened."""
        return replace(self, tokens=min(float(self.holds), self.tokens + 1))

    def slowed(self, now: float) -> Bucket:
        """After a limit was met: half the pace, and nothing at once."""
        return replace(self.filled(now), tokens=0.0, halvings=min(MOST_HALVINGS, self.halvings + 1))

    def hastened(self) -> Bucket:
        """After a time without a limit."""
        return replace(self, halvings=max(0, self.halvings - 1))

    def wait(self, now: float) -> float:
        """Seconds until there is a token."""
        missing = 1 - self.filled(now).tokens
        return math.ceil(missing / self.rate) if missing > 1e-6 else 0.0

    def __str__(self) -> str:
        return f"{self.tokens:.6f} {self.at:.3f} {self.halvings}"


def read_bucket(text: str, *, per_hour: int, now: float) -> Bucket:
    """The bucket of a state; a full one where it has none, or one that cannot be read or comes from the future."""
    found = _TEXT.fullmatch(text)
    fresh = Bucket(per_hour, 0.0, now)
    if found is None or float(found[2]) > now + HOUR:
        return replace(fresh, tokens=float(fresh.holds))
    return Bucket(per_hour, min(float(found[1]), float(fresh.holds)), float(found[2]), int(found[3]))
