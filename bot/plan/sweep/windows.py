"""A search gives no more than a thousand results: a topic with more is asked for by days of creation."""

from __future__ import annotations

from datetime import date, timedelta

MOST_FOUND = 1_000
"""Results of one search, GitHub's limit."""
FIRST_DAY = date(2007, 10, 1)
"""Before GitHub's first repository."""

Window = tuple[date, date]


def words(topic: str, window: Window, *, forks: bool) -> str:
    """The search for a topic's repositories that were created in a window, its ends included."""
    since, until = window
    return f"{topic} created:{since}..{until}{' fork:true' if forks else ''}"


def halves(window: Window) -> tuple[Window, ...]:
    """Two windows that are one together; none for a single day, which cannot be parted."""
    since, until = window
    if since >= until:
        return ()
    middle = since + (until - since) // 2
    return (since, middle), (middle + timedelta(days=1), until)
