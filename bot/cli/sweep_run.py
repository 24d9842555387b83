"""`loadguard sweep run`: scan what the plan (or a shard of it) has left; everything done is kept, whatever ends it."""

from __future__ import annotations

import re
import time
from argparse import Namespace
from collections.abc import Callable
from contextlib import ExitStack, closing
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

from bot.activities.sweep_run import NAMED, RunOutcome, Source, Terms, run
from bot.activities.sweep_scan import Stand
from bot.cli.context import Context
from bot.cli.sweep_door import READ, Doors
from bot.edge.github.http import Patience
from bot.edge.github.trees import Tarballs
from bot.edge.runner import Progress
from bot.edge.store import Store
from bot.edge.workers import can_fork, cores
from bot.errors import ExitCode, UsageError
from bot.model.sweep import Basis, Repository, Sweep
from bot.plan.sweep.budget import RESERVE
from bot.plan.sweep.version import policy_digest
from bot.policy.load import PolicyFile, load_policy, organisation_policy
from bot.report.escape import one_line
from bot.report.words import counted

EVERY = 60.0
"""Seconds between lines in a log that nobody watches."""


def sweep_run(arguments: Namespace, context: Context) -> int:
    """Run the command; 0 when nothing waits any more (a repository that failed is recorded with its reason, and is no
    failure of the run), 5 when part is left.
    """
    outcome = make_run(arguments, context)
    for line in closing_lines(outcome):
        context.console.say(line)
    return ExitCode.PARTIAL if outcome.left else ExitCode.CLEAN


def make_run(arguments: Namespace, context: Context) -> RunOutcome:
    """Scan what the command line asks for. `arguments` has `state`, `shard`, `jobs`, `read`, `reserve`."""
    if not can_fork():
        raise UsageError("a sweep needs a system whose processes can fork", hint="Linux, macOS, or WSL on Windows")
    folder = context.folder / arguments.state
    shard, shards = read_shard(arguments.shard)
    with ExitStack() as stack:
        store, sweep = _opened(folder, stack, (shard, shards) if arguments.shard else None)
        repositories = [row.repository for row in store.work()]
        doors = Doors(context, READ, repositories)
        terms = _terms(arguments, context, doors, sweep)
        source = _source(arguments, context, doors, folder / f"clones-{shard}-of-{shards}")
        bar = ProgressBar(context, hidden=getattr(arguments, "quiet", False))
        with bar.progress:
            return run(store, source, terms, heard=bar)


def _opened(folder: Path, stack: ExitStack, part: tuple[int, int] | None) -> tuple[Store, Sweep]:
    """The state to work on: the plan's own, or the file of a shard beside it, also where there is only one: what a job
    hands on is that file. Raises `UsageError` without a plan.
    """
    main = folder / "state.sqlite"
    if not main.exists():
        raise UsageError(f"{main}: there is no plan", hint="`loadguard sweep plan` makes one; --state says where")
    store = stack.enter_context(closing(Store(main)))
    sweep = store.sweep()
    if sweep is None:
        raise UsageError(f"{main}: no sweep was planned in it", hint="`loadguard sweep plan` plans one")
    if part is None:
        return store, sweep
    shard, shards = part
    if shards != sweep.shards:
        raise UsageError(f"--shard {shard}/{shards}: the plan has {counted(sweep.shards, 'shard')}")
    cut = store.cut(folder / f"shard-{shard}-of-{shards}.sqlite", shard)
    return stack.enter_context(closing(cut)), sweep


def read_shard(text: str | None) -> tuple[int, int]:
    """`2/8` as numbers; 1/1 where it is left out. Raises `UsageError`."""
    match = re.fullmatch(r"([1-9]\d{0,3})/([1-9]\d{0,3})", text or "1/1")
    if match is None or int(match[1]) > int(match[2]):
        raise UsageError(f"--shard {text}: not a shard", hint="I/N, such as 1/8: the first of eight")
    return int(match[1]), int(match[2])


def _terms(arguments: Namespace, context: Context, doors: Doors, sweep: Sweep) -> Terms:
    patience = context.patience or Patience()
    owners = Owners(doors, patience.clock)
    return Terms(
        stand=owners.stand,
        basis=partial(owners.basis, sweep.rules),
        jobs=arguments.jobs or cores(),
        reserve=reserve_of(arguments.reserve),
        patience=patience,
    )


def reserve_of(given: int | None) -> int:
    """`--reserve` in percent. Raises `UsageError`."""
    reserve = RESERVE if given is None else given
    if not 0 <= reserve < 100:
        raise UsageError(f"--reserve {reserve}: not a percentage", hint=f"from 0 to 99; {RESERVE} where it is left out")
    return reserve


class Owners:
    """The policies that owners keep for all of their repositories: one request for each owner."""

    def __init__(self, doors: Doors, clock: Callable[[], float]) -> None:
        self._doors, self._clock = doors, clock
        self._files: dict[str, tuple[PolicyFile, ...]] = {}

    def stand(self, repository: Repository) -> Stand:
        return Stand(repository.slug, self._shared(repository), repository.policy)

    def basis(self, rules: str, repository: Repository) -> Basis:
        shared = self._shared(repository)
        text = shared[0].data.decode("utf-8", "replace") if shared else None
        today = datetime.fromtimestamp(self._clock(), UTC).date().isoformat()
        return Basis(repository.tree, rules, policy_digest(text, repository.policy, today=today))

    def _shared(self, repository: Repository) -> tuple[PolicyFile, ...]:
        """Raises `PolicyError` for an owner's policy that is wrong: nothing could be scanned as it is meant to be."""
        home = f"{repository.slug.partition('/')[0]}/.github"
        if home not in self._files:
            forge = self._doors.forge(home)
            files = organisation_policy(lambda path: forge.read_file(path, "HEAD"), home)
            load_policy(files)
            self._files[home] = files
        return self._files[home]


def _source(arguments: Namespace, context: Context, doors: Doors, folder: Path) -> Source:
    patience = context.patience or Patience()
    if arguments.read == "clone":
        from bot.edge.checkout_clone import Clones

        return Clones(folder, doors.web, doors.token)
    return Tarballs(lambda repository: doors.forge(repository.slug).door, patience=patience)


class ProgressBar:
    """How far it is: a bar where a person watches, a line a minute where a log is kept."""

    def __init__(self, context: Context, *, hidden: bool, clock: Callable[[], float] = time.monotonic) -> None:
        self.progress = Progress(context.console, "scanning", hidden=hidden, note=self._note)
        self._context, self._hidden, self._clock = context, hidden, clock
        self._began = self._last = clock()

    def __call__(self, done: int, total: int) -> None:
        self.progress(done, total)
        now = self._clock()
        if not self._context.console.interactive and not self._hidden and now - self._last >= EVERY:
            self._last = now
            self._context.console.say(f"scanned {self._note(done, total)}")

    def _note(self, done: int, total: int) -> str:
        spent = self._clock() - self._began
        if not done or spent < 1:
            return f"{done:,} of {total:,}"
        rate = done / spent
        speed = f"{rate:.1f} a second" if rate >= 1 else f"{rate * 60:.1f} a minute"
        return f"{done:,} of {total:,}, {speed}, {duration((total - done) / rate)} to go"


def duration(seconds: float) -> str:
    """`42 s`, `3 min`, `1 h 20 min`."""
    whole = int(seconds + 0.5)
    if whole < 90:
        return f"{whole} s"
    minutes = (whole + 30) // 60
    return f"{minutes} min" if minutes < 90 else f"{minutes // 60} h {minutes % 60:02} min"


def closing_lines(outcome: RunOutcome) -> list[str]:
    """What to tell at the end: counts, the first of what failed, and when to resume where part is left."""
    done = f"{outcome.scanned:,} {'repository' if outcome.scanned == 1 else 'repositories'}"
    facts = [f"{counted(outcome.findings, 'finding')}", f"{outcome.downloaded / 1e6:,.1f} MB in"]
    if outcome.skipped:
        facts.append(f"{outcome.skipped:,} skipped")
    if outcome.failures:
        facts.append(f"{outcome.failures:,} failed")
    lines = [f"scanned {done} in {duration(outcome.seconds)}: {', '.join(facts)}"]
    lines += [f"  failed: {one_line(slug)}: {one_line(reason)}" for slug, reason in outcome.failed]
    if outcome.failures > NAMED:
        lines.append(f"  and {outcome.failures - NAMED:,} more, each with its reason in the report")
    if outcome.left:
        why = f": {outcome.pause}" if outcome.pause else ""
        lines.append(f"{outcome.left:,} left{why}. The same command goes on where this one stopped.")
    return lines
