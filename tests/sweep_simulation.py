"""Whole sweeps of a simulated organisation, command by command, until nothing is left; and what they cost it."""

from __future__ import annotations

import re
import resource
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from tests.fake_github.wire import Answer
from tests.sweep_organisation import DAY, Organisation


@dataclass
class Figures:
    """One sweep. Requests and points are the server's own count, `hours` of its clock, `seconds` of CPU are ours and
    the server's together; `stops` are commands that ended with 5 and said when to resume.
    """

    requests: dict[str, int] = field(default_factory=dict)
    points: int = 0
    refused: dict[str, int] = field(default_factory=dict)
    unheeded: int = 0
    statuses: Counter[int] = field(default_factory=Counter)
    stops: list[str] = field(default_factory=list)
    hours: float = 0.0
    seconds: float = 0.0
    progress: Counter[str] = field(default_factory=Counter)
    findings: int = 0


def sweep(made: Organisation, *, between: Callable[[], None] | None = None) -> Figures:
    """Plan and run, each again when it says so; `between` happens after the plan."""
    github, figures = made.github, Figures()
    github.forget()
    points, refused = github.rates.spent["graphql"], Counter(github.rates.refused)
    began, spent = made.clock.now, cpu_seconds()
    figures.requests["plan"] = _until_done(made, made.plan, figures)
    if between is not None:
        between()
    figures.requests["run"] = _until_done(made, made.scan, figures)
    figures.points = github.rates.spent["graphql"] - points
    figures.refused = dict(github.rates.refused - refused)
    figures.unheeded = len(github.rates.unheeded)
    figures.statuses = Counter(each.status for each in github.requests)
    figures.hours, figures.seconds = (made.clock.now - began) / 3600, cpu_seconds() - spent
    rows = made.rows().values()
    figures.progress = Counter(row.progress.value for row in rows)
    figures.findings = sum(
        len(found) for row in rows if row.scan and isinstance(found := row.scan.report["findings"], list)
    )
    return figures


@dataclass
class Published:
    """What publishing came to: pull requests, the requests and the hours they took, and what the limits said."""

    pulls: int = 0
    requests: int = 0
    writes: int = 0
    runs: int = 0
    hours: float = 0.0
    refused: dict[str, int] = field(default_factory=dict)
    fullest_hour: int = 0


def publish(made: Organisation, *, most: int = 30) -> Published:
    """Again each day until nothing is left: a pull request that lay open for a day counts as looked at."""
    github, told = made.github, Published()
    github.forget()
    refused, began = Counter(github.rates.refused), made.clock.now
    moments: list[float] = []
    github.faults.add("POST", "/pulls$", times=1_000_000, change=lambda _, answer: noted(moments, made, answer))
    while made.publish() != 0:
        told.runs += 1
        assert told.runs < most, made.said
        made.clock.now += DAY
    github.faults.clear()
    pulls = [len(each.pulls) for each in github.repositories.values()]
    assert max(pulls) <= 1, "a repository has two"
    told.pulls, told.runs = sum(pulls), told.runs + 1
    told.requests, told.writes = api_requests(made), len(github.mutating)
    told.hours = (made.clock.now - began) / 3600
    told.refused = dict(github.rates.refused - refused)
    told.fullest_hour = max((sum(at <= each < at + 3600 for each in moments) for at in moments), default=0)
    return told


def noted(moments: list[float], made: Organisation, answer: Answer) -> Answer:
    moments.append(made.clock.now)
    return answer


def cpu_seconds() -> float:
    """Of this process and of all its children that have ended."""
    used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(each.ru_utime + each.ru_stime for each in used)


def _until_done(made: Organisation, command: Callable[[], int], figures: Figures) -> int:
    """Again at the moment that it named, until it ends with 0; the requests of the API that it took."""
    before = api_requests(made)
    while (code := command()) != 0:
        assert code == 5, made.said
        figures.stops.append(made.said.splitlines()[-1])
        made.clock.now = resume_moment(made.said, made.clock.now)
    return api_requests(made) - before


def api_requests(made: Organisation) -> int:
    """Those that count against a limit: downloads lie on another host, and need no token."""
    return sum(not each.path.startswith("/tarballs/") for each in made.github.requests)


def resume_moment(said: str, now: float) -> float:
    """`resume after 09:01 UTC`, the next one from now."""
    found = re.search(r"resume after (\d\d):(\d\d) UTC", said)
    assert found is not None, said
    today = datetime.fromtimestamp(now, UTC)
    then = today.replace(hour=int(found[1]), minute=int(found[2]), second=0, microsecond=0)
    return (then if then > today else then + timedelta(days=1)).timestamp()
