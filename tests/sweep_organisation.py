"""A simulated organisation: thousands of repositories over a few hundred real trees, and the commands run against it.

Its trees are put together from the cases of the source scanner, so that what is scanned is the code they hold.
"""

from __future__ import annotations

import io
import json
from argparse import Namespace
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from random import Random

from bot.cli.context import Context
from bot.cli.sweep_plan import sweep_plan
from bot.cli.sweep_publish import sweep_publish
from bot.cli.sweep_run import sweep_run
from bot.edge.github.http import Patience
from bot.edge.runner import Console
from bot.edge.store import Store
from bot.model.sweep import Row, Sweep
from tests.fake_github import FakeGitHub
from tests.fake_github.shelf import Seed, Shelf, View
from tests.fake_github.state import Repository
from tests.sweep_run_helpers import Clock

CASES = Path(__file__).parent / "cases" / "forms"
DAY = 86_400.0
STAGES: dict[str, Callable[[Namespace, Context], int]] = {
    "plan": sweep_plan,
    "run": sweep_run,
    "publish": sweep_publish,
}


def tree(number: int) -> dict[str, bytes | None]:
    """The files of one of the trees: some cases in a package, what stands beside code, sometimes a policy."""
    random = Random(number)
    cases = sorted(CASES.glob("*.py"))
    files: dict[str, bytes | None] = {
        f"pkg/{each.stem}.py": each.read_bytes() for each in random.sample(cases, random.randint(1, 3))
    }
    files["README.md"] = f"# Tree {number}\n".encode()
    if number % 3 == 0:
        files["requirements.txt"] = b"torch>=1.13\nnumpy\n"
    if number % 4 == 0:
        cell = {"cell_type": "code", "metadata": {}, "outputs": [], "execution_count": None}
        source = ["import torch\n", f"model.load_state_dict(torch.load('{number}.pt'))"]
        notebook = {"cells": [{**cell, "source": source}], "metadata": {}, "nbformat": 4, "nbformat_minor": 5}
        files["notebooks/try.ipynb"] = json.dumps(notebook, indent=1).encode()
    if number % 5 == 0:
        files[".github/loadguard.yml"] = b"fix: pr\nfail_on: error\n"
    return files


@dataclass
class Organisation:
    """`acme` on the test server, the folder that a sweep's state lies in, and a clock that only waiting moves."""

    github: FakeGitHub
    folder: Path
    shelf: Shelf
    tips: list[str]
    clock: Clock = field(default_factory=Clock)
    said: str = ""

    # -- what is there ---------------------------------------------------------------------------------------
    def add(self, name: str, *, tip: str | None = None, **more: object) -> Repository:
        """A repository more; `tip` empty for one without a commit."""
        slug, github = f"acme/{name}", self.github
        tip = self.tips[len(github.repositories) % len(self.tips)] if tip is None else tip
        view = View(self.shelf, github.root / f"{slug}.git", tip=tip)
        made = Repository(slug, github.account("acme"), view, **more)  # type: ignore[arg-type]
        github.repositories[slug] = made
        return made

    def plant(self, files: dict[str, bytes | None]) -> str:
        """A commit with these files, for a repository's tip."""
        return self.shelf.plant([Seed(files, "Work")])[0]

    def change(self, share: float, *, seed: int = 1) -> list[str]:
        """A commit more in a share of those that it began with, each another; their slugs."""
        github, random = self.github, Random(seed)
        numbered = sorted(slug for slug in github.repositories if slug.startswith("acme/r0"))
        chosen = random.sample(numbered, round(len(numbered) * share))
        seeds = []
        for number, slug in enumerate(chosen):
            repository = github.repositories[slug]
            line = f"import torch\n\nstate = torch.load('{seed}-{number}.pt')\n"
            seeds.append(Seed({"pkg/more.py": line.encode()}, "More", repository.git.refs()["refs/heads/main"]))
        for slug, tip in zip(chosen, self.shelf.plant(seeds), strict=True):
            github.repositories[slug].git.update_ref("refs/heads/main", tip)
        return chosen

    def rename(self, old: str, new: str) -> None:
        """As its owner would: the old name leads to the new one."""
        repository = self.github.repositories.pop(f"acme/{old}")
        repository.slug = f"acme/{new}"
        self.github.repositories[repository.slug] = repository
        self.github.moved[f"acme/{old}"] = repository.slug

    # -- the commands ----------------------------------------------------------------------------------------
    def plan(self, *targets: str, environ: dict[str, str] | None = None, **more: object) -> int:
        """`loadguard sweep plan`; the exit code. What it said is in `said`."""
        options = {"config": None, "state": "state", "reserve": None, "quiet": True}
        named: dict[str, object] = {"targets": list(targets or ("org:acme",))}
        return self.run("plan", {**named, **options, **more}, environ or self.environ)

    def scan(self, **more: object) -> int:
        """`loadguard sweep run`."""
        options = {"shard": None, "jobs": 2, "read": "tarball", "state": "state", "reserve": None, "quiet": True}
        return self.run("run", {**options, **more}, self.environ)

    def publish(self) -> int:
        """`loadguard sweep publish`, by the policy in the folder."""
        options = {
            "state": "state",
            "config": None,
            "reserve": None,
            "dry_run": False,
            "dashboard": None,
            "quiet": True,
        }
        return self.run("publish", dict(options), self.environ)

    def say(self, policy: str) -> None:
        """The calling repository's policy."""
        path = self.folder / ".github" / "loadguard.yml"
        path.parent.mkdir(exist_ok=True)
        path.write_text(policy)

    def run(self, stage: str, options: dict[str, object], environ: dict[str, str]) -> int:
        """One stage, in this process."""
        said = io.StringIO()
        try:
            return run_stage(stage, options, environ, folder=self.folder, clock=self.clock, said=said)
        finally:
            self.said = said.getvalue()

    @property
    def environ(self) -> dict[str, str]:
        github = self.github
        urls = {"GITHUB_API_URL": github.api_url, "GITHUB_SERVER_URL": github.web}
        return {"GITHUB_TOKEN": github.token.text, **urls}

    # -- the state -------------------------------------------------------------------------------------------
    def rows(self) -> dict[str, Row]:
        """By slug, in the order of work."""
        with closing(Store(self.folder / "state" / "state.sqlite")) as store:
            return {row.repository.slug: row for row in store.rows()}

    def sweep(self) -> Sweep:
        with closing(Store(self.folder / "state" / "state.sqlite")) as store:
            newest = store.sweep()
        assert newest is not None
        return newest


def run_stage(
    stage: str, options: dict[str, object], environ: dict[str, str], *, folder: Path, clock: Clock, said: io.StringIO
) -> int:
    """`loadguard sweep STAGE` as typed, but for the parsing of its options; the exit code."""
    context = Context(environ, Console(said, said), folder, Patience(sleep=clock.sleep, clock=clock))
    return STAGES[stage](Namespace(**options), context)


@contextmanager
def organisation(
    folder: Path,
    repositories: int,
    *,
    trees: Sequence[int] = range(12),
    make: Callable[..., Organisation] | None = None,
) -> Iterator[Organisation]:
    """An organisation of so many repositories over the trees of these numbers, on a server that enforces its limits."""
    with FakeGitHub() as github:
        github.account("acme", kind="Organization")
        with closing(Shelf.open(github.root / "shelf.git")) as shelf:
            tips = shelf.plant(Seed(tree(number), "Begin") for number in trees)
            made = (make or Organisation)(github, folder, shelf, tips)
            github.clock, github.rates.enforced = made.clock, True
            for number in range(repositories):
                made.add(f"r{number:05}", pushed_at=f"2026-01-{number % 28 + 1:02}T00:00:00Z")
            yield made
