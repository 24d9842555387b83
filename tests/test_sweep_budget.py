"""When a sweep pauses, and how fast it may go: values in, a decision out."""

from __future__ import annotations

import pytest

from bot.model.sweep import Allowance
from bot.plan.sweep.budget import POINTS_A_MINUTE, Pause, pace, pause_before, resume_text

NOW = 1_800_000_000.0  # 08:00:00 UTC


def core(remaining: int, *, limit: int = 5_000, reset: float = NOW + 600) -> Allowance:
    return Allowance("core", limit, remaining, reset)


@pytest.mark.parametrize(
    ("allowance", "reserve", "pauses"),
    [
        (core(5_000), 20, False),
        (core(1_001), 20, False),
        (core(1_000), 20, True),
        (core(0), 20, True),
        (core(0, reset=NOW - 1), 20, False),
        (core(0, reset=NOW), 20, False),
        (core(1), 0, False),
        (core(0), 0, True),
        (core(12, limit=15), 20, False),
        (core(51, limit=60), 99, True),
    ],
)
def test_it_pauses_at_the_reserve(allowance: Allowance, reserve: int, pauses: bool) -> None:
    assert (pause_before([allowance], reserve=reserve, now=NOW) is not None) is pauses


def test_one_limit_that_is_used_up_is_enough() -> None:
    tight = Allowance("graphql", 5_000, 3, NOW + 60)
    assert pause_before([core(5_000), tight], now=NOW) == Pause("graphql", 3, NOW + 60)
    assert pause_before([], now=NOW) is None


def test_what_several_requests_cost() -> None:
    assert pause_before([core(1_010)], now=NOW, cost=10) is None
    assert pause_before([core(1_010)], now=NOW, cost=11) is not None


@pytest.mark.parametrize(
    ("resume", "text"), [(NOW, "08:00"), (NOW + 1, "08:01"), (NOW + 60, "08:01"), (NOW + 16 * 3600, "00:00")]
)
def test_it_says_a_minute_that_is_not_too_early(resume: float, text: str) -> None:
    assert resume_text(resume) == f"resume after {text} UTC"


def test_never_more_than_a_minutes_points_in_a_minute() -> None:
    sent: list[float] = []
    now = NOW
    for _ in range(3 * POINTS_A_MINUTE):
        now += pace(sent, now) + 0.01
        sent.append(now)
    for at, moment in enumerate(sent):
        within = [each for each in sent[at:] if each < moment + 60]
        assert len(within) <= POINTS_A_MINUTE
    assert sent[-1] - sent[0] < 4 * 60, "and no slower than it has to be"
