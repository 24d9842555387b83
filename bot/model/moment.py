"""How a moment is written where it is kept or shown."""

from __future__ import annotations

from datetime import UTC, datetime


def iso_moment(seconds: float) -> str:
    """Seconds since 1970 as ISO 8601 in UTC, to the second; such texts sort as the moments do."""
    return datetime.fromtimestamp(seconds, UTC).isoformat(timespec="seconds")
