"""A pull request on the test server, with a checkout as CI makes it, and one call to tell its story."""

from __future__ import annotations

import shutil
import subprocess
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path

from bot.activities import pull_request, repository
from bot.activities.desk import Desk
from bot.edge.checkout import Checkout
from bot.edge.github.forge import Address, GitHubForge, connect
from bot.edge.github.http import Patience
from bot.model import Outcome
from bot.policy import FixMode, Policy
from tests.fake_github import FakeGitHub, Pull, Repository, Token

AT_ONCE = Patience(sleep=lambda _: None)
FIX = Policy(fix=FixMode.PR)


@dataclass
class Stage:
    """`checkout` is how CI checked out: "history" (all of it), "merge" (one commit without parents), or "none"."""

    github: FakeGitHub
    repository: Repository
    folder: Path
    policy: Policy = FIX
    checkout: str = "history"
    token: Token | None = None
    now: datetime = field(default_factory=lambda: datetime.now(UTC))
    runs: int = 0

    def forge(self) -> GitHubForge:
        address = Address(self.repository.slug, api_url=self.github.api_url, web=self.github.web)
        return connect(address, token=(self.token or self.github.token).text, patience=AT_ONCE)

    def desk(self, ref: str) -> Desk:
        self.runs += 1
        where = self.folder / f"work{self.runs}"
        return Desk(
            forge=self.forge(),
            checkout=self._check_out(where, ref),
            policy=lambda _: self.policy,
            patches=self.folder / "patches",
            clock=lambda: self.now,
        )

    def review(self, pull: Pull, *, privileged: bool = False) -> Outcome:
        """One run of the action on a pull request, on a machine that knows nothing of the last one."""
        desk = self.desk(f"refs/pull/{pull.number}/head")
        return pull_request.run(desk, pull=self._facts(pull), privileged=privileged)

    def push(self, branch: str = "main", before: str = "") -> Outcome:
        return repository.run(self.desk(f"refs/heads/{branch}"), ref=branch, before=before)

    def text(self, branch: str, path: str) -> str:
        return self.repository.git.run("show", f"{branch}:{path}").decode()

    def _facts(self, pull: Pull):
        """As the event has them: asking the server would count as a request."""
        from bot.plan.event import read_pull

        return read_pull(self.github.pull_request_event(self.repository, pull)["pull_request"])

    def _check_out(self, where: Path, ref: str) -> Checkout | None:
        if self.checkout == "none":
            return None
        source = str(self.repository.git.path)
        for pull in self.repository.pulls.values():
            self.github.shas(self.repository, pull)
        git("clone", "--quiet", "--no-checkout", source, str(where))
        git("-C", str(where), "fetch", "--quiet", "origin", f"+{ref}:refs/remotes/ci/head")
        git("-C", str(where), "checkout", "--quiet", "--detach", "refs/remotes/ci/head")
        if self.checkout == "merge":
            self._flatten(where)
        return Checkout(where)

    def _flatten(self, where: Path) -> None:
        """One commit without history, as actions/checkout leaves it by default."""
        shutil.rmtree(where / ".git")
        git("-C", str(where), "init", "--quiet")
        git("-C", str(where), "add", "--all")
        git("-C", str(where), "commit", "--quiet", "-m", "merge")


def git(*arguments: str) -> None:
    who = ["-c", "user.name=ci", "-c", "user.email=ci@example.org", "-c", "protocol.file.allow=always"]
    subprocess.run(["git", *who, *arguments], check=True, capture_output=True)


def mutating(github: FakeGitHub) -> list[str]:
    return [str(entry) for entry in github.mutating]


def with_policy(stage: Stage, **facts: object) -> Stage:
    return replace(stage, policy=replace(stage.policy, **facts))  # type: ignore[arg-type]
