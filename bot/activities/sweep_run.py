"""The reading half of a sweep: what a shard has left, a repository at a time, each in a child of its own.

The parent makes every request of the API (limits are counted in one place) and writes the state; children download,
unpack and scan. A kill at any point leaves the repositories in hand as `scanning`: they come first in the next run.
"""

from __future__ import annotations

import json
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from typing import Any, Protocol

from bot.activities.sweep_scan import Stand, choice_for, scan_tree, warm
from bot.edge.crew import Crew, Done
from bot.edge.github.errors import LimitReached
from bot.edge.github.http import Patience
from bot.edge.github.tarball import Archived
from bot.edge.gunzip import TreeRefused
from bot.edge.store import Store
from bot.edge.store_rows import LARGEST_REPORT
from bot.edge.unpack import Choice, Tree
from bot.edge.workers import Died, Heard
from bot.errors import ForgeError, UsageError
from bot.model.moment import iso_moment
from bot.model.sweep import Allowance, Basis, Progress, Repository, Row, Scan
from bot.plan.sweep.budget import RESERVE, Pause, pace, pause_before
from bot.plan.sweep.choose import MOST_ATTEMPTS

AHEAD = 2
"""Children beyond the cores: while those download, the cores have work."""
SECONDS = 1200.0
"""Wall time for one repository, download and scan; the slowest of 140 real ones takes one minute."""
MEMORY = 6 * 1024**3
"""Bytes of address space one repository may have."""
IN_A_ROW = 3
"""Repositories that fail one after the other for a reason that is not theirs: then it is the network."""
NAMED = 10


class Source(Protocol):
    """Where trees come from."""

    def locate(self, repository: Repository) -> str:
        """Asked in the parent, one request at most: where the tree lies. Raises `TreeRefused`, `ForgeError`."""

    def read(self, address: str, repository: Repository, choice: Choice) -> Tree:
        """Called in a child. Raises `TreeRefused`."""

    @property
    def allowances(self) -> tuple[Allowance, ...]:
        """The limits that `locate` draws on, as they were last told."""


@dataclass(frozen=True, slots=True)
class Terms:
    """What a run goes by. `stand` and `basis` say what a repository is scanned under and what its scan will stand on;
    `reserve` is in percent, `seconds` for one repository.
    """

    stand: Callable[[Repository], Stand]
    basis: Callable[[Repository], Basis]
    jobs: int = 1
    reserve: int = RESERVE
    seconds: float = SECONDS
    patience: Patience = field(default_factory=Patience)


@dataclass(slots=True)
class RunOutcome:
    """What one run came to. `failed` names the first `NAMED` with their reasons, `failures` counts them all; `left` is
    what waits, and `pause` why. Bytes are of downloads, `seconds` wall time.
    """

    scanned: int = 0
    skipped: int = 0
    failures: int = 0
    failed: list[tuple[str, str]] = field(default_factory=list)
    left: int = 0
    findings: int = 0
    downloaded: int = 0
    requests: int = 0
    seconds: float = 0.0
    pause: Pause | None = None


def run(store: Store, source: Source, terms: Terms, *, shard: int = 0, heard: Heard | None = None) -> RunOutcome:
    """Scan what the state has left (of `shard`, 0: all). `heard` is told how many are done, of how many.

    Raises `ForgeError` where GitHub or the network is in trouble; everything done until then is kept.
    """
    began = time.monotonic()
    warm()
    running = _Running(store, source, terms, deque(store.work(shard)), heard)
    with Crew(seconds=terms.seconds, most=LARGEST_REPORT, memory=MEMORY) as crew:
        running.go(crew)
    running.outcome.seconds = time.monotonic() - began
    return running.outcome


class _Running:
    def __init__(self, store: Store, source: Source, terms: Terms, work: deque[Row], heard: Heard | None) -> None:
        self.store, self.source, self.terms, self.work, self.heard = store, source, terms, work, heard
        self.total = len(work)
        self.outcome = RunOutcome(left=self.total)
        self.in_hand: dict[str, tuple[Row, float]] = {}
        self.sent: deque[float] = deque(maxlen=900)
        self.unlucky: list[tuple[Row, ForgeError]] = []

    def go(self, crew: Crew) -> None:
        try:
            while self.work and not self._pausing():
                row = self.work.popleft()
                alone = row.progress is Progress.SCANNING and row.attempts == MOST_ATTEMPTS - 1
                self._await(crew, 0 if alone else self.terms.jobs + AHEAD - 1)
                self._take(crew, row)
                self._await(crew, 0 if alone else self.terms.jobs + AHEAD)
                self._settle(crew.wait(0))
            self._await(crew, 0)
            if not self.work:
                self._give_up_on_unlucky()
        except LimitReached as trouble:
            self._await(crew, 0)
            self.outcome.pause = Pause("secondary", 0, trouble.resume)
        except ForgeError:
            self._await(crew, 0)
            raise

    def _pausing(self) -> bool:
        self.outcome.pause = pause_before(
            self.source.allowances, reserve=self.terms.reserve, now=self.terms.patience.clock()
        )
        return self.outcome.pause is not None

    def _await(self, crew: Crew, most: int) -> None:
        """Until at most so many are at work."""
        while len(crew) > most:
            self._settle(crew.wait())

    # -- one repository --------------------------------------------------------------------------------------
    def _take(self, crew: Crew, row: Row) -> None:
        """Locate its tree, note that it is begun, hand it to a child."""
        repository = row.repository
        if row.progress is Progress.SCANNING and row.attempts >= MOST_ATTEMPTS:
            self._fail(row, f"ended the scan {_times(row.attempts)}: the runs that had it in hand were killed")
            return
        try:
            stand = self.terms.stand(repository)
            address = self._locate(repository)
        except UsageError as trouble:
            self._fail(row, f"its owner's policy is wrong: {trouble}")
            return
        except Archived as trouble:
            self.store.skipped(repository.id, str(trouble))
            self.outcome.skipped += 1
            self._count()
            return
        except TreeRefused as trouble:
            self._fail(row, str(trouble))
            return
        except LimitReached:
            raise
        except ForgeError as trouble:
            self._bad_luck(row, trouble)
            return
        self._give_up_on_unlucky()
        self.store.begin(repository.id)
        self.in_hand[repository.id] = (row, time.monotonic())
        crew.start(repository.id, partial(_scan, self.source, address, repository, stand))

    def _locate(self, repository: Repository) -> str:
        patience = self.terms.patience
        wait = pace(self.sent, patience.clock())
        if wait > 0:
            patience.sleep(wait)
        self.sent.append(patience.clock())
        self.outcome.requests += 1
        return self.source.locate(repository)

    def _bad_luck(self, row: Row, trouble: ForgeError) -> None:
        """Trouble that is not this repository's own, unless the next one has none."""
        self.unlucky.append((row, trouble))
        nothing_else = self.outcome.requests == len(self.unlucky) and not self.work
        if len(self.unlucky) >= IN_A_ROW or nothing_else:
            raise trouble

    def _give_up_on_unlucky(self) -> None:
        for row, trouble in self.unlucky:
            self._fail(row, str(trouble))
        self.unlucky.clear()

    # -- results ---------------------------------------------------------------------------------------------
    def _settle(self, done: list[Done]) -> None:
        for each in done:
            row, began = self.in_hand.pop(each.key)
            if isinstance(each.answer, Died):
                self._fail(row, f"the process that scanned it {each.answer.reason}")
                continue
            answer = json.loads(each.answer)
            if "refused" in answer:
                self._fail(row, answer["refused"])
                continue
            self._keep(row, answer, time.monotonic() - began)

    def _keep(self, row: Row, answer: dict[str, Any], seconds: float) -> None:
        repository, report = row.repository, answer["report"]
        at = iso_moment(self.terms.patience.clock())
        downloaded = int(answer["downloaded"])
        basis = self.terms.basis(repository)
        self.store.scanned(repository.id, Scan(basis, repository.commit, at, report, round(seconds, 3), downloaded))
        self.outcome.scanned += 1
        self.outcome.downloaded += downloaded
        self.outcome.findings += len(report["findings"])
        self._count()

    def _fail(self, row: Row, reason: str) -> None:
        self.store.failed(row.repository.id, reason)
        self.outcome.failures += 1
        if len(self.outcome.failed) < NAMED:
            self.outcome.failed.append((row.repository.slug, reason))
        self._count()

    def _count(self) -> None:
        self.outcome.left -= 1
        if self.heard is not None:
            self.heard(self.total - self.outcome.left, self.total)


def _scan(source: Source, address: str, repository: Repository, stand: Stand) -> bytes:
    """In the child: one repository from its address to its report."""
    try:
        tree = source.read(address, repository, choice_for(stand))
    except TreeRefused as trouble:
        return json.dumps({"refused": str(trouble)}).encode()
    report = scan_tree(tree, stand)
    return json.dumps({"report": report, "downloaded": tree.downloaded}, separators=(",", ":")).encode()


def _times(number: int) -> str:
    return {2: "twice", 3: "three times"}.get(number, f"{number} times")
