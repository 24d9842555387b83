"""The writing half of a sweep: one job, one identity, one repository after the other, each with its one pull request.

What becomes of a fix branch is decided where it is for a single repository (`keeping`); here is only when, and for
whom. The state is written before and after each repository. It may be lost: branches and markers on the forge are the
truth, so that a repository that is done again finds its pull request standing.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Protocol

from bot.activities.sweep_keep import WRITTEN, Keeper, Kept
from bot.activities.sweep_scan import Stand
from bot.activities.sweep_tasks import IN_HAND, Task, tasks_of
from bot.edge.forge import Forge
from bot.edge.github.errors import LimitReached
from bot.edge.github.http import Patience
from bot.edge.store import Store
from bot.edge.workers import Heard
from bot.errors import ForgeError, UsageError
from bot.model.moment import iso_moment
from bot.model.sweep import Allowance, Publication, Repository, Row, Scan, Standing
from bot.plan.sweep.bucket import Bucket, read_bucket
from bot.plan.sweep.budget import RESERVE, pause_before, resume_text
from bot.plan.sweep.stages import halted, room, tally
from bot.plan.sweep.wishes import Wishes
from bot.policy.sweep import PublishPolicy

BUCKET = "publish.bucket"
"""The note with the token bucket."""
COST = 12
"""Requests that one repository may take of either hourly limit."""
IN_A_ROW = 5
"""Repositories that fail one after the other: then it is the token, the network or GitHub."""
CALM = 10
"""Pull requests opened without meeting a limit, after which a pace that was halved is doubled again."""
SECONDS = 5 * 3600.0
"""How long a run goes on waiting for its pace: a job on GitHub ends after six hours."""
NAMED = 10


class Publisher(Protocol):
    """Where pull requests are opened."""

    def forge(self, slug: str) -> Forge: ...

    def seen(self, publications: Sequence[Publication], now: str) -> Iterable[Publication]:
        """Each as it stands now, a hundred in a request."""

    @property
    def allowances(self) -> tuple[Allowance, ...]:
        """The limits that this draws on, as they were last told."""

    @property
    def waited(self) -> float:
        """Seconds spent so far on waiting for limits."""


@dataclass(frozen=True, slots=True)
class PublishTerms:
    """What publishing goes by. `patches` is the folder for fixes that could not be pushed, `reserve` in percent,
    `seconds` how long the run may wait for its pace; `hurry` waits for nothing, which only a dry run may.
    """

    publish: PublishPolicy
    stand: Callable[[Repository], Stand]
    patches: Path
    reserve: int = RESERVE
    seconds: float = SECONDS
    wishes: Wishes = field(default_factory=Wishes)
    patience: Patience = field(default_factory=Patience)
    hurry: bool = False


@dataclass(slots=True)
class PublishOutcome:
    """What publishing came to. `done` are repositories and what was done there, as sentences; `left` is how many wait
    for a later run, and `why`; `halted` is the sentence of a halt. `resume` is a moment in seconds since the epoch.
    `remarks` are about the dashboard.
    """

    opened: int = 0
    updated: int = 0
    closed: int = 0
    standing: int = 0
    moved: int = 0
    failures: int = 0
    failed: list[tuple[str, str]] = field(default_factory=list)
    done: list[tuple[str, str]] = field(default_factory=list)
    left: int = 0
    why: str = ""
    halted: str = ""
    paused: bool = False
    resume: float | None = None
    seconds: float = 0.0
    remarks: list[str] = field(default_factory=list)


def publish(store: Store, publisher: Publisher, terms: PublishTerms, *, heard: Heard | None = None) -> PublishOutcome:
    """Bring every repository's pull request in line with its scan, as far as the terms allow.

    Raises `ForgeError` where GitHub or the network is in trouble; everything done until then is kept.
    """
    began = time.monotonic()
    publishing = _Publishing(store, publisher, terms, heard)
    publishing.go()
    publishing.outcome.seconds = time.monotonic() - began
    return publishing.outcome


class _Stop(Exception):
    """Nothing more in this run; `why` is a sentence."""

    def __init__(self, why: str, resume: float | None = None) -> None:
        super().__init__(why)
        self.why, self.resume = why, resume


class _Publishing:
    def __init__(self, store: Store, publisher: Publisher, terms: PublishTerms, heard: Heard | None) -> None:
        self.store, self.publisher, self.terms, self.heard = store, publisher, terms, heard
        self.outcome = PublishOutcome()
        self.bucket = read_bucket(store.note(BUCKET), per_hour=terms.publish.per_hour, now=self._now)
        self.began, self.waited = self._now, publisher.waited
        self.calm = self.unlucky = self.total = 0

    @property
    def _now(self) -> float:
        return self.terms.patience.clock()

    @property
    def _moment(self) -> str:
        return iso_moment(self._now)

    def go(self) -> None:
        outcome = self.outcome
        try:
            self._refresh()
            tasks = tasks_of(self.store, self.terms.publish, self.terms.wishes)
            outcome.left = self.total = len(tasks)
            for task in sorted(tasks, key=lambda each: not each.stands):
                self._may_go_on(task)
                self._take(task)
        except _Stop as stop:
            outcome.why, outcome.resume = stop.why, stop.resume
        except LimitReached as trouble:
            self._put_bucket(self.bucket.slowed(self._now))
            why = f"GitHub's rate limit is reached; {resume_text(trouble.resume)}"
            outcome.why, outcome.resume = why, trouble.resume

    def _refresh(self) -> None:
        """What became of those that were open: merged, closed, checks that failed."""
        standing = [each for each in self.store.publications() if each.standing is Standing.OPEN and each.number]
        if standing:
            self.store.put_publication(*self.publisher.seen(standing, self._moment))

    # -- whether ---------------------------------------------------------------------------------------------
    def _may_go_on(self, task: Task) -> None:
        pause = pause_before(self.publisher.allowances, reserve=self.terms.reserve, now=self._now, cost=COST)
        if pause is not None:
            raise _Stop(str(pause), pause.resume)
        if task.stands:
            return
        if self.terms.wishes.paused:
            self.outcome.paused = True
            raise _Stop("publishing is paused on the dashboard")
        if not task.asked:
            self._halt_or_stage()
        self._await_token()

    def _halt_or_stage(self) -> None:
        ours = self.store.publications()
        self.outcome.halted = halted(tally(ours, now=self._now, since=self.terms.wishes.since), self.terms.publish)
        if self.outcome.halted:
            raise _Stop(self.outcome.halted)
        stage = room(tally(ours, now=self._now), self.terms.publish.canary)
        if stage.most == 0:
            raise _Stop(stage.reason)

    def _await_token(self) -> None:
        wait = self.bucket.wait(self._now)
        if wait <= 0 or self.terms.hurry:
            return
        if self._now + wait - self.began > self.terms.seconds:
            pace = f"{self.terms.publish.per_hour} are opened an hour"
            raise _Stop(f"{pace}; {resume_text(self._now + wait)}", self._now + wait)
        self.terms.patience.sleep(wait)

    # -- one repository --------------------------------------------------------------------------------------
    def _take(self, task: Task) -> None:
        """Note that it is begun, do it, note what came of it."""
        row = self.store.row(task.id)
        if row is None or row.scan is None:
            return
        self.store.put_note(IN_HAND, task.id)
        if not task.stands:
            self._put_bucket(self.bucket.taken(self._now))
        opened = self.outcome.opened
        publication = self._publish(row, row.scan)
        self.store.put_publication(publication)
        self.store.put_note(IN_HAND, "")
        if not task.stands and self.outcome.opened == opened:
            self._put_bucket(self.bucket.given_back())
        self._adapt(self.outcome.opened - opened)
        self.outcome.left -= 1
        if self.heard is not None:
            self.heard(self.total - self.outcome.left, self.total)

    def _put_bucket(self, bucket: Bucket) -> None:
        self.bucket = bucket
        self.store.put_note(BUCKET, str(bucket))

    def _adapt(self, opened: int) -> None:
        """Half the pace after a limit was met, the double after a while without."""
        if self.publisher.waited > self.waited:
            self.waited, self.calm = self.publisher.waited, 0
            self._put_bucket(self.bucket.slowed(self._now))
            return
        self.calm += opened
        if self.calm >= CALM and self.bucket.halvings:
            self.calm = 0
            self._put_bucket(self.bucket.hastened())

    def _publish(self, row: Row, scan: Scan) -> Publication:
        slug = row.repository.slug
        was = row.publication or Publication(row.repository.id, Standing.NONE)
        try:
            forge, stand = self.publisher.forge(slug), self.terms.stand(row.repository)
        except LimitReached:
            raise
        except (ForgeError, UsageError) as trouble:
            kept = Kept(replace(was, answers="", reason=str(trouble)), failure=str(trouble))
        else:
            now = datetime.fromtimestamp(self._now, UTC)
            anew = slug in self.terms.wishes.again
            kept = Keeper(forge, stand, self.terms.patches / slug, now, anew).keep(row, scan)
        self._count(slug, kept)
        return kept.publication

    def _count(self, slug: str, kept: Kept) -> None:
        outcome = self.outcome
        outcome.done += [(slug, sentence) for sentence in kept.sentences]
        for operation in kept.operations:
            outcome.opened += operation == "created"
            outcome.updated += operation == "updated"
            outcome.closed += operation == "closed"
            outcome.standing += operation not in WRITTEN
        outcome.moved += kept.moved
        if not kept.failure:
            self.unlucky = 0
            return
        self.unlucky += 1
        if self.unlucky >= IN_A_ROW:
            hint = "look at the token and its rights; what was done so far stands"
            raise ForgeError(f"{IN_A_ROW} repositories failed one after the other: {kept.failure}", hint=hint)
        outcome.failures += 1
        if len(outcome.failed) < NAMED:
            outcome.failed.append((slug, kept.failure))
