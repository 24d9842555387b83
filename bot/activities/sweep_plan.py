"""The first stage of a sweep: what is there, what of it is to be scanned, in which order and in how many jobs.

One query for every hundred repositories says all that is needed of them, the policy of each included; what is unchanged
since its last scan costs nothing more. A plan that meets the reserve of a limit keeps what it has read, and goes on.
"""

from __future__ import annotations

import hashlib
from collections import Counter, deque
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime

from bot.activities.sweep_draft import Draft
from bot.activities.sweep_listing import Enumeration, Lister
from bot.edge.github.errors import LimitReached
from bot.edge.github.http import Patience
from bot.edge.store import Store
from bot.edge.workers import Heard
from bot.model.moment import iso_moment
from bot.model.sweep import Basis, Progress, Repository, Row, Sweep, Target
from bot.plan.sweep.budget import RESERVE, Pause, pace, pause_before
from bot.plan.sweep.choose import Known, make_rows
from bot.plan.sweep.version import policy_digest
from bot.policy.load import ORGANISATION_FILE, PolicyFile, load_policy
from bot.policy.sweep import SweepPolicy

COST = 2
"""Points or requests that one step of a plan takes at most."""


@dataclass(frozen=True, slots=True)
class PlanTerms:
    """What a plan goes by. `rules` is the version of our rules, `reserve` in percent of each hourly limit."""

    targets: tuple[Target, ...]
    policy: SweepPolicy
    rules: str
    reserve: int = RESERVE
    patience: Patience = field(default_factory=Patience)


@dataclass(slots=True)
class PlanOutcome:
    """What a plan came to. `sweep` is None where `pause` stopped it; then `found` were read so far.

    `counts` are repositories by `Progress`, `skipped` those by their reason, `new` those that wait and were never
    scanned, `beyond` those that wait for another sweep because the most jobs take no more. `missing` are names of which
    there is no repository to see, `unseen` counts entries of lists likewise, `unsteady` are lists that shifted too
    often while they were read. `requests` by the limit they draw on.
    """

    sweep: Sweep | None = None
    found: int = 0
    counts: Counter[str] = field(default_factory=Counter)
    skipped: Counter[str] = field(default_factory=Counter)
    new: int = 0
    beyond: int = 0
    missing: tuple[str, ...] = ()
    unseen: int = 0
    unsteady: tuple[str, ...] = ()
    resumed: bool = False
    requests: dict[str, int] = field(default_factory=dict)
    pause: Pause | None = None

    @property
    def waiting(self) -> int:
        """Repositories that are to be scanned."""
        return self.counts[Progress.WAITING] + self.counts[Progress.SCANNING]


def plan(store: Store, lister: Lister, terms: PlanTerms, *, heard: Heard | None = None) -> PlanOutcome:
    """Make the next sweep in the state. `heard` is told how many repositories were found, of how many.

    Raises `UsageError` for a target that is not there or an owner's policy that is wrong, `ForgeError` where GitHub or
    the network is in trouble; what was read until then is kept.
    """
    return _Planning(store, lister, terms, heard).go()


class _Planning:
    def __init__(self, store: Store, lister: Lister, terms: PlanTerms, heard: Heard | None) -> None:
        self.store, self.lister, self.terms = store, lister, terms
        self.now = terms.patience.clock()
        self.today = datetime.fromtimestamp(self.now, UTC).date()
        self.draft = Draft(store, [str(each) for each in terms.targets], now=self.now)
        self.listing = Enumeration(
            lister, self.draft, self._before, today=self.today, forks=terms.policy.forks, heard=heard
        )
        self.outcome = PlanOutcome(resumed=self.draft.resumed)
        self.sent: deque[float] = deque(maxlen=900)

    def go(self) -> PlanOutcome:
        try:
            found = self.listing.go(self.terms.targets)
            shared = self._shared(found.values())
        except _Paused as stop:
            self.outcome.pause = stop.pause
        except LimitReached as trouble:
            self.outcome.pause = Pause("secondary", 0, trouble.resume)
        else:
            self._settle(found, shared)
        self.outcome.found = self.outcome.found or self.listing.done
        self.outcome.missing, self.outcome.unsteady = tuple(self.listing.missing), tuple(self.listing.unsteady)
        self.outcome.unseen = sum(page.unseen for page in self.listing.pages)
        self.outcome.requests = dict(self.lister.asked)
        return self.outcome

    def _before(self) -> None:
        """Stop at the reserve, and keep GitHub's pace."""
        patience = self.terms.patience
        pause = pause_before(self.lister.allowances, reserve=self.terms.reserve, now=patience.clock(), cost=COST)
        if pause is not None:
            raise _Paused(pause)
        wait = pace(self.sent, patience.clock())
        if wait > 0:
            patience.sleep(wait)
        self.sent.append(patience.clock())

    def _shared(self, found: Iterable[Repository]) -> dict[str, str | None]:
        """The policy that each owner keeps for all it has. Raises `PolicyError` for one that is wrong: under it nothing
        could be scanned as it is meant to be.
        """
        shared: dict[str, str | None] = {}
        for batch in self.lister.batches(sorted({_owner(each) for each in found})):
            self._before()
            shared |= self.lister.shared(batch)
        for owner, text in shared.items():
            if text is not None:
                load_policy([PolicyFile(f"{owner}/.github/{ORGANISATION_FILE}", text.encode())], today=self.today)
        return shared

    def _settle(self, found: dict[str, Repository], shared: dict[str, str | None]) -> None:
        """From repositories to rows, and the plan into the state."""

        def basis(repository: Repository) -> Basis:
            digest = policy_digest(shared[_owner(repository)], repository.policy, today=self.today.isoformat())
            return Basis(repository.tree, self.terms.rules, digest)

        known = self._known()
        rows, shards = make_rows(found.values(), known, policy=self.terms.policy, basis=basis)
        last = self.store.sweep()
        sweep = Sweep(
            number=last.number + 1 if last else 1,
            started=iso_moment(self.now),
            targets=tuple(str(each) for each in self.terms.targets),
            rules=self.terms.rules,
            policy=_digest_of(shared),
            shards=shards,
            requests=dict(self.lister.asked),
        )
        self.store.put_plan(sweep, rows)
        self.draft.clear()
        self._count(rows, known, sweep)

    def _known(self) -> Known:
        last = self.store.sweep()
        rows = {row.repository.id: row for row in self.store.plain_rows()}
        return Known(self.store.bases(), self.store.scanned_at(), rows, last.started if last else "")

    def _count(self, rows: list[Row], known: Known, sweep: Sweep) -> None:
        waiting = [row for row in rows if row.progress in (Progress.WAITING, Progress.SCANNING)]
        self.outcome.sweep = sweep
        self.outcome.found = len(rows)
        self.outcome.counts = Counter(row.progress.value for row in rows)
        self.outcome.skipped = Counter(row.reason for row in rows if row.progress is Progress.SKIPPED)
        self.outcome.new = sum(row.repository.id not in known.scanned_at for row in waiting)
        self.outcome.beyond = sum(not row.shard for row in waiting)


class _Paused(Exception):
    """Carries a pause out of the enumeration."""

    def __init__(self, pause: Pause) -> None:
        super().__init__(str(pause))
        self.pause = pause


def _owner(repository: Repository) -> str:
    return repository.slug.partition("/")[0]


def _digest_of(shared: dict[str, str | None]) -> str:
    """Of every owner's policy: a trend shows when it changed."""
    text = "\0".join(f"{owner}\0{policy or ''}" for owner, policy in sorted(shared.items()))
    return hashlib.sha256(text.encode("utf-8", "surrogateescape")).hexdigest()[:16]
