"""`loadguard sweep publish`: one pull request in each repository that may have one, at a pace and in stages."""

from __future__ import annotations

import tempfile
from argparse import Namespace
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, closing
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from bot.activities.sweep_dashboard import BoardKeeper
from bot.activities.sweep_publish import NAMED, PublishOutcome, PublishTerms, publish
from bot.cli.context import Context
from bot.cli.policy import find_policy
from bot.cli.sweep_door import Doors
from bot.cli.sweep_run import Owners, duration, reserve_of
from bot.edge.forge import Forge
from bot.edge.forge_dry import DryForge
from bot.edge.github.dashboard import Dashboard
from bot.edge.github.http import Patience
from bot.edge.runner import Progress
from bot.edge.store import Store
from bot.errors import ExitCode, UsageError
from bot.model.sweep import Allowance, Publication
from bot.policy.load import load_policy
from bot.policy.sweep import PublishPolicy
from bot.report.escape import one_line
from bot.settings import read_settings

if TYPE_CHECKING:
    from bot.edge.github.http import Door

WRITE = {"contents": "write", "pull_requests": "write", "metadata": "read"}
"""Rights of an App's token that opens fix pull requests."""


SEE = {"contents": "read", "pull_requests": "read", "metadata": "read"}
"""Those of one that reads owners' policies, and what became of pull requests anywhere."""
CHECKS = {"checks": "read", "statuses": "read"}
"""Those that tell whether the checks of ours failed, where the App has them."""
ISSUES = {"issues": "write", "metadata": "read"}
"""Those of one that keeps the dashboard."""


def sweep_publish(arguments: Namespace, context: Context) -> int:
    """Run the command; 0 when nothing waits any more, 5 when some wait for a later run."""
    outcome, would = run_publish(arguments, context)
    for line in (*would, *closing_lines(outcome, dry=arguments.dry_run)):
        context.console.say(line)
    return exit_code(outcome)


def exit_code(outcome: PublishOutcome) -> ExitCode:
    """A person who paused publishing knows that part is left; whatever else leaves some is 5."""
    return ExitCode.PARTIAL if outcome.left and not outcome.paused else ExitCode.CLEAN


def run_publish(arguments: Namespace, context: Context) -> tuple[PublishOutcome, tuple[str, ...]]:
    """Publish as the command line says; and what would have been written, in a dry run. `arguments` has `state`,
    `config`, `reserve`, `dry_run`. Raises `UsageError` without a plan, and `ForgeError`.
    """
    folder = context.folder / arguments.state
    policy = load_policy(find_policy(context.folder, here=context.folder, config=arguments.config).files)
    with ExitStack() as stack:
        store = _opened(folder, stack, dry=arguments.dry_run)
        mine = [row.repository for row in store.rows(findings_only=True)]
        kind = DryHands if arguments.dry_run else Hands
        hands = kind(Doors(context, WRITE, mine), Doors(context, SEE, mine, wishes=CHECKS))
        terms = _terms(arguments, context, hands, policy.sweep.publish, folder / "patches")
        board = _board(arguments, context, store, terms)
        terms = replace(terms, wishes=board.read())
        bar = stack.enter_context(Progress(context.console, "publishing", hidden=getattr(arguments, "quiet", False)))
        outcome = publish(store, hands, terms, heard=bar)
        board.write(outcome)
        outcome.remarks = board.remarks
    return outcome, tuple(hands.would)


def _board(arguments: Namespace, context: Context, store: Store, terms: PublishTerms) -> BoardKeeper:
    """The dashboard's keeper; with a token of its own where there is one, as it stands in the calling repository."""
    settings, clock = read_settings(context.environ), terms.patience.clock
    if not arguments.dashboard or not terms.publish.dashboard:
        return BoardKeeper(store, None, settings.server_url, clock)
    if arguments.dashboard.count("/") != 1:
        raise UsageError(f"--dashboard {arguments.dashboard}: not a repository", hint="owner/name")
    token = context.environ.get("LOADGUARD_STATE_TOKEN", "")
    if token:
        environ = {**context.environ, "LOADGUARD_TOKEN": token, "LOADGUARD_APP_ID": "", "LOADGUARD_APP_PRIVATE_KEY": ""}
        context = replace(context, environ=environ)
    door = Doors(context, ISSUES).forge(arguments.dashboard).door
    board = Dashboard(door, arguments.dashboard)
    return BoardKeeper(store, board, settings.server_url, clock, dry=arguments.dry_run)


def _opened(folder: Path, stack: ExitStack, *, dry: bool) -> Store:
    """The state; a copy of it for a dry run, which writes nothing."""
    path = folder / "state.sqlite"
    if not path.exists():
        raise UsageError(f"{path}: there is no plan", hint="`loadguard sweep plan` makes one; --state says where")
    store = stack.enter_context(closing(Store(path)))
    if not dry:
        return store
    copy = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="loadguard-"))) / "state.sqlite"
    store.snapshot(copy)
    return stack.enter_context(closing(Store(copy)))


def _terms(arguments: Namespace, context: Context, hands: Hands, policy: PublishPolicy, patches: Path) -> PublishTerms:
    patience = context.patience or Patience()
    return PublishTerms(
        policy,
        Owners(hands.readers, patience.clock).stand,
        patches,
        reserve=reserve_of(arguments.reserve),
        patience=patience,
        hurry=arguments.dry_run,
    )


@dataclass(slots=True)
class Hands:
    """`Publisher` on GitHub, with a door for each owner; `readers` are those that are not narrowed to a repository."""

    doors: Doors
    readers: Doors
    would: list[str] = field(default_factory=list)
    _used: list[Door] = field(default_factory=list)

    def forge(self, slug: str) -> Forge:
        forge = self.doors.forge(slug)
        self._note(forge.door)
        return forge

    def seen(self, publications: Sequence[Publication], now: str) -> Iterator[Publication]:
        """By owner: as an App there is a token for each."""
        from bot.edge.github.seen import seen

        owners: dict[str, list[Publication]] = {}
        for each in publications:
            owners.setdefault(urlsplit(each.url).path.lstrip("/").partition("/")[0], []).append(each)
        if not self.readers.is_app:
            owners = {next(iter(owners)): list(publications)}
        for owner, theirs in owners.items():
            door = self.readers.owner(owner).door
            self._note(door)
            yield from seen(door, theirs, now=now)

    def _note(self, door: Door) -> None:
        if door not in self._used:
            self._used.append(door)

    @property
    def allowances(self) -> tuple[Allowance, ...]:
        return tuple(each for door in self._used for each in door.limits.values())

    @property
    def waited(self) -> float:
        return sum(door.waited for door in self._used)


class DryHands(Hands):
    """The same, reading only; `would` says what would be written where."""

    def forge(self, slug: str) -> Forge:
        would = _Prefixed(self.would, slug)
        return DryForge(super().forge(slug), would)


class _Prefixed(list[str]):
    """A list whose items go into another, with the repository before them."""

    def __init__(self, into: list[str], slug: str) -> None:
        super().__init__()
        self._into, self._slug = into, slug

    def append(self, item: str) -> None:
        self._into.append(f"{self._slug}: would {item}")


# -- what to tell --------------------------------------------------------------------------------------------
def closing_lines(outcome: PublishOutcome, *, dry: bool = False) -> list[str]:
    """What publishing came to, in a few lines; when to go on where some are left."""
    lines = [] if dry else [f"  {one_line(slug)}: {one_line(sentence)}" for slug, sentence in outcome.done]
    counts = ((outcome.opened, "opened"), (outcome.updated, "updated"), (outcome.closed, "no longer needed"))
    said = [f"{count:,} {word}" for count, word in counts if count] or ["nothing to write"]
    if outcome.standing:
        said.append(f"{outcome.standing:,} as they should be")
    if outcome.moved:
        said.append(f"{outcome.moved:,} moved since their scan, left for the next sweep")
    if outcome.failures:
        said.append(f"{outcome.failures:,} failed")
    lines.append(f"fix pull requests{' (dry run)' if dry else ''}, in {duration(outcome.seconds)}: {', '.join(said)}")
    lines += [f"  failed: {one_line(slug)}: {one_line(reason)}" for slug, reason in outcome.failed]
    if outcome.failures > NAMED:
        lines.append(f"  and {outcome.failures - NAMED:,} more, each with its reason in the report")
    if outcome.left:
        which = f"{outcome.left:,} {'repository' if outcome.left == 1 else 'repositories'}"
        lines.append(f"{which} left: {outcome.why}.")
    return lines + [one_line(each) for each in outcome.remarks]
