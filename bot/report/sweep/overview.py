"""A whole sweep as the reports show it: its repositories, the worst first, what they add up to, and the trend."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from bot.model.sweep import Progress, Row, Standing, Sweep
from bot.report.sweep.entry import Entry, read_entry, read_moment
from bot.report.sweep.links import forge_address


@dataclass(frozen=True, slots=True)
class Point:
    """One sweep of the trend; `merged` counts our pull requests merged so far."""

    number: int
    at: str
    findings: int
    merged: int


@dataclass(frozen=True, slots=True)
class Figures:
    """Sums over some repositories."""

    repositories: int = 0
    affected: int = 0
    findings: int = 0
    errors: int = 0
    warnings: int = 0
    notes: int = 0
    safe: int = 0
    review: int = 0
    unreadable: int = 0


@dataclass(frozen=True, slots=True)
class Overview:
    """What every format is made from. `moment` is the sweep's own, no clock is read; `web` is the forge's address,
    empty where it cannot be linked to. `entries` stand with the worst first, `trend` with the oldest first.
    """

    number: int
    moment: str
    finished: bool
    targets: tuple[str, ...]
    web: str
    entries: tuple[Entry, ...]
    trend: tuple[Point, ...]

    @property
    def progress(self) -> dict[str, int]:
        """Repositories by progress, in the order of a repository's life; those there are."""
        counts = Counter(each.progress for each in self.entries)
        return {each.value: counts[each] for each in Progress if counts[each]}

    @property
    def standings(self) -> dict[str, int]:
        """Our pull requests by standing."""
        counts = Counter(each.standing for each in self.entries)
        return {each.value: counts[each] for each in Standing if each is not Standing.NONE}

    @property
    def figures(self) -> Figures:
        return add_up(self.entries)

    def by_rule(self) -> dict[str, Counter[str]]:
        """For each rule, findings by tier of fix (`safe`, `review`, empty for none); the most found first."""
        found: dict[str, Counter[str]] = {}
        for entry in self.entries:
            for each in entry.findings:
                found.setdefault(each.rule, Counter())[each.tier] += 1
        return dict(sorted(found.items(), key=lambda item: (-item[1].total(), item[0])))

    def grouped(self, key: Callable[[Entry], Iterable[str]]) -> dict[str, Figures]:
        """Sums by whatever `key` says an entry belongs to; the most found first."""
        groups: dict[str, list[Entry]] = {}
        for entry in self.entries:
            for name in dict.fromkeys(key(entry)):
                groups.setdefault(name, []).append(entry)
        made = {name: add_up(entries) for name, entries in groups.items()}
        return dict(sorted(made.items(), key=lambda item: (-item[1].findings, item[0])))

    def reasons(self, progress: Progress) -> dict[str, int]:
        """Why repositories are where they are; the most frequent first."""
        counts = Counter(each.reason for each in self.entries if each.progress is progress)
        return dict(sorted(counts.items(), key=lambda item: (-item[1], item[0])))


def make_overview(rows: Iterable[Row], sweeps: Sequence[Sweep], *, web: str) -> Overview:
    """From the state: the newest sweep's rows, and all sweeps with the newest first."""
    entries = tuple(sorted((read_entry(row) for row in rows), key=lambda each: each.risk))
    newest = sweeps[0] if sweeps else Sweep(0, "")
    moments = [newest.started, *(each.scanned_at for each in entries)]
    moment = read_moment(newest.finished) or max(read_moment(each) for each in moments)
    left = any(each.progress in (Progress.WAITING, Progress.SCANNING) for each in entries)
    return Overview(
        number=newest.number,
        moment=moment,
        finished=bool(newest.finished) or not left,
        targets=tuple(str(each) for each in newest.targets),
        web=forge_address(web),
        entries=entries,
        trend=(*_past(sweeps[1:]), _now(newest, moment, entries)),
    )


def closed(sweep: Sweep, overview: Overview) -> Sweep:
    """The newest sweep with what it came to, for the trends of later ones; it ends when nothing is left to scan."""
    return replace(
        sweep,
        finished=overview.moment if overview.finished else "",
        counts=overview.progress,
        by_rule={rule: tiers.total() for rule, tiers in overview.by_rule().items()},
        published=overview.standings,
    )


def add_up(entries: Iterable[Entry]) -> Figures:
    """The sums over these."""
    listed = list(entries)
    levels = Counter(found.severity for each in listed for found in each.findings)
    tiers = Counter(found.tier for each in listed for found in each.findings)
    return Figures(
        repositories=len(listed),
        affected=sum(bool(each.findings) for each in listed),
        findings=levels.total(),
        errors=levels["error"],
        warnings=levels["warning"],
        notes=levels["note"],
        safe=tiers["safe"],
        review=tiers["review"],
        unreadable=sum(len(each.unreadable) for each in listed),
    )


def _past(sweeps: Sequence[Sweep]) -> list[Point]:
    """Earlier sweeps; one that was broken off before anybody added it up is no point."""
    told = [(each, read_moment(each.finished) or read_moment(each.started)) for each in sweeps]
    return [
        Point(each.number, at, _sum(each.by_rule), _count(each.published, Standing.MERGED.value))
        for each, at in reversed(told)
        if at and (each.finished or each.by_rule)
    ]


def _now(sweep: Sweep, moment: str, entries: Sequence[Entry]) -> Point:
    merged = sum(each.standing is Standing.MERGED for each in entries)
    return Point(sweep.number, moment, sum(len(each.findings) for each in entries), merged)


def _sum(counts: Mapping[str, int]) -> int:
    return sum(_count(counts, name) for name in counts) if isinstance(counts, Mapping) else 0


def _count(counts: Mapping[str, int], name: str) -> int:
    value = counts.get(name, 0) if isinstance(counts, Mapping) else 0
    return value if type(value) is int and 0 <= value < 2**53 else 0
