"""A planned sweep of a few repositories on the test server, without the plan's own enumeration."""

from __future__ import annotations

import io
from argparse import Namespace
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from bot.activities.sweep_run import RunOutcome, Terms, run
from bot.activities.sweep_scan import Stand
from bot.cli.context import Context
from bot.edge.github.forge import Address, connect
from bot.edge.github.http import Patience
from bot.edge.github.trees import Tarballs
from bot.edge.runner import Console
from bot.edge.store import Store
from bot.model.sweep import Basis, Progress, Repository, Row, Sweep
from tests.fake_github import FakeGitHub

LOAD = "import torch\n\nmodel.load_state_dict(torch.load('w.pt'))\n"
STARTED = "2026-11-24T00:00:00+00:00"


class Clock:
    """Time that passes only when somebody sleeps."""

    def __init__(self, now: float = 1_800_000_000.0) -> None:
        self.now = now
        self.slept: list[float] = []

    def __call__(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.now += seconds


def planned(github: FakeGitHub, files: Mapping[str, Mapping[str, bytes | str | None]], **more: object) -> list[Row]:
    """A repository for each slug, and the row that a plan would have for it."""
    rows = []
    for slug, content in files.items():
        repository = github.create_repository(content, slug=slug, **more)  # type: ignore[arg-type]
        repository.git.run("config", "uploadpack.allowFilter", "true")
        rows.append(row_of(github, slug))
    return rows


def row_of(github: FakeGitHub, slug: str, **more: object) -> Row:
    repository = github.repositories[slug]
    git = repository.git
    facts = Repository(
        id=github.shapes.repository(repository)["node_id"],
        slug=slug,
        database_id=repository.id,
        branch="main",
        commit=git.resolve("main") or "",
        tree=git.resolve("main", kind="tree") or "",
    )
    return Row(replace(facts, **more), Progress.WAITING, shard=1)  # type: ignore[arg-type]


@dataclass
class Bench:
    """A state with a plan in it, and the ways to run it."""

    github: FakeGitHub
    folder: Path
    clock: Clock = field(default_factory=Clock)
    said: io.StringIO = field(default_factory=io.StringIO)

    @property
    def path(self) -> Path:
        return self.folder / "state" / "state.sqlite"

    @property
    def patience(self) -> Patience:
        return Patience(sleep=self.clock.sleep, clock=self.clock)

    def plan(self, rows: Sequence[Row], *, shards: int = 1) -> None:
        store = Store(self.path)
        store.put_plan(Sweep(1, STARTED, rules="r1", shards=shards), rows)
        store.close()

    def run(self, **more: object) -> RunOutcome:
        """The story itself, with everything between it and the wire."""
        forge = connect(
            Address("acme/x", self.github.api_url, self.github.web),
            token=self.github.token.text,
            patience=self.patience,
        )
        terms = Terms(
            stand=lambda repository: Stand(repository.slug, (), repository.policy),
            basis=lambda repository: Basis(repository.tree, "r1", "p1"),
            jobs=2,
            patience=self.patience,
        )
        store = Store(self.path)
        try:
            source = Tarballs(lambda repository: forge.door, patience=self.patience)
            return run(store, source, replace(terms, **more))  # type: ignore[arg-type]
        finally:
            store.close()

    def command(self, *, patience: bool = True, environ: Mapping[str, str] | None = None, **more: object) -> int:
        """The command as typed, but for the parsing of its options."""
        from bot.cli.sweep_run import sweep_run

        options = {"state": "state", "shard": None, "jobs": 2, "read": "tarball", "reserve": None, **more}
        environ = environ or {
            "GITHUB_TOKEN": self.github.token.text,
            "GITHUB_API_URL": self.github.api_url,
            "GITHUB_SERVER_URL": self.github.web,
        }
        context = Context(environ, Console(io.StringIO(), self.said), self.folder, self.patience if patience else None)
        return sweep_run(Namespace(**options), context)

    def rows(self, name: str = "state.sqlite") -> dict[str, Row]:
        store = Store(self.path.with_name(name))
        try:
            return {row.repository.slug: row for row in store.rows()}
        finally:
            store.close()
