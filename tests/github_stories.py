"""Whole stories on the test server: a repository, a pull request with findings, and the bot as `bot.main` builds it."""

from __future__ import annotations

import subprocess
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from bot.activities import foreign, pull_request, repository
from bot.activities.desk import Desk, Read
from bot.cli.action import _sarif
from bot.edge.checkout import Checkout
from bot.edge.forge import Forge
from bot.edge.github.forge import Address, connect
from bot.edge.github.http import Patience
from bot.model import Outcome
from bot.plan.event import ReviewFork
from bot.policy import CheckpointMode, CheckpointPolicy, FixMode, FixPullRequestPolicy, Policy
from tests.fake_github import FakeGitHub, Pull, Repository, Token
from tests.fake_github.gitdb import environment

QUIET = {"pkg/train.py": "import torch\n\n\ndef fit(net):\n    return net\n", "README.md": "# Models\n"}
UNSAFE = {
    "pkg/train.py": "import torch\n\n\ndef fit(net):\n    net.load_state_dict(torch.load('net.pt'))\n    return net\n",
    "pkg/run.py": "import torch\n\n\ndef run():\n    model = torch.load('model.pt')\n    return model.eval()\n",
}


def many(count: int) -> str:
    """A file with `count` unsafe loads."""
    loads = "\n\n".join(f"def load{n}(net):\n    net.load_state_dict(torch.load('{n}.pt'))\n" for n in range(count))
    return f"import torch\n\n\n{loads}"


HARMLESS = {
    "pkg/train.py": "import torch\n\n\ndef fit(net):\n    return net, torch\n",
    "README.md": "# Models\n\nMore.\n",
}
POLICY = Policy(
    fix=FixMode.PR,
    checkpoints=CheckpointPolicy(mode=CheckpointMode.OFF),
    fix_pull_request=FixPullRequestPolicy(labels=("security",)),
)


@dataclass
class Story:
    """One server, one repository, one pull request. `play` is one run of the bot, with eyes of its own each time."""

    github: FakeGitHub
    repository: Repository
    pull: Pull
    folder: Path
    policy: Policy | Callable[[Forge], Callable[[Read], Policy]] = POLICY
    """The policy itself, or what makes the run's way of reading it out of the run's forge."""
    slept: list[float] = field(default_factory=list)
    token: Token | None = None
    """Whose run this is; None for GITHUB_TOKEN."""
    uploads: bool = False

    def forge(self, token: Token | None = None) -> Forge:
        address = Address(self.repository.slug, self.github.api_url, self.github.web, timeout=60)
        return connect(
            address, token=(token or self.token or self.github.token).text, patience=Patience(sleep=self.slept.append)
        )

    def checkout(self) -> Checkout:
        """A clone with all of the history, as `fetch-depth: 0` makes it."""
        self.github.shas(self.repository, self.pull)
        target = self.folder / "clone"
        if not target.exists():
            self._git("clone", "--quiet", str(self.repository.git.path), str(target))
        kept = f"refs/pull/{self.pull.number}/head"
        self._git(
            "-C", str(target), "fetch", "--quiet", "origin", f"+{kept}:{kept}", "+refs/heads/*:refs/heads/*", "-u"
        )
        return Checkout(target)

    def _git(self, *arguments: str) -> None:
        subprocess.run(["git", *arguments], env=environment(self.folder), check=True, capture_output=True)

    def desk(self, *, forge: Forge | None = None, checkout: bool = True) -> Desk:
        policy, forge = self.policy, forge or self.forge()
        return Desk(
            forge=forge,
            checkout=self.checkout() if checkout else None,
            policy=(lambda _: policy) if isinstance(policy, Policy) else policy(forge),
            patches=self.folder / "patches",
            sarif=_sarif if self.uploads else None,
        )

    def play(self, *, forge: Forge | None = None, checkout: bool = True) -> Outcome:
        """The pull request's story, from its event: the facts come from the payload, not from a request."""
        from bot.plan.event import ReviewPull, read_event

        payload = self.github.pull_request_event(self.repository, self.pull)
        told = read_event("pull_request", payload)
        assert isinstance(told, ReviewPull)
        return pull_request.run(self.desk(forge=forge, checkout=checkout), pull=told.pull)

    def play_push(self, *, ref: str = "main") -> Outcome:
        """The story of a push to a branch: its own fix pull request."""
        return repository.run(self.desk(), ref=ref)

    def play_fork(self) -> Outcome:
        """The second half of the pair for forks: its checkout has nothing of the fork, so all comes from the API."""
        head = self.github.shas(self.repository, self.pull)[1]
        fork = ReviewFork(self.pull.head_repository, self.pull.head_ref, head)
        return foreign.run(self.desk(checkout=False), fork=fork)

    def stands(self) -> dict[str, Any]:
        """Everything a person can see, without ids and times."""
        git = self.repository.git
        pulls = [
            (one.number, one.title, one.state, one.base_ref, one.head_ref, tuple(one.labels), _plain(one.body))
            for one in self.repository.pulls.values()
        ]
        return {
            "threads": sorted((one.path, one.line or 0, _plain(one.comments[0].body)) for one in self.pull.threads),
            "resolved": sorted((one.path, one.line or 0) for one in self.pull.threads if one.resolved_by),
            "comments": [_plain(one.body) for one in self.pull.comments],
            "pulls": pulls,
            "checks": newest_checks(self.repository),
            "analyses": [
                (git.facts(one["commit"]).tree, one["ref"], one["category"], one["run"])
                for one in self.repository.sarif
            ],
            "trees": {name: git.facts(sha).tree for name, sha in git.refs().items()},
        }

    @property
    def requests(self) -> list[str]:
        return [str(entry).replace(f"/repos/{self.repository.slug}", "") for entry in self.github.requests]


def newest_checks(repository: Repository) -> list[tuple[Any, ...]]:
    """The check runs as a person sees them: of each name on each commit the newest."""
    newest = {(one.head_sha, one.name): one for one in repository.check_runs}
    return [
        (repository.git.facts(sha).tree, name, one.status, one.conclusion, one.title, one.summary, one.annotations)
        for (sha, name), one in newest.items()
    ]


def _plain(body: str) -> str:
    """Without what differs between two servers: their ports."""
    import re

    return re.sub(r"http://127\.0\.0\.1:\d+", "http://server", body)


def as_app(story: Story) -> Story:
    """The run of an App, which has check runs of its own."""
    story.token = story.github.new_token(story.github.account("loadguard-app[bot]", kind="Bot"))
    return story


def tell(
    github: FakeGitHub,
    folder: Path,
    *,
    before: Mapping[str, str] | None = None,
    after: Mapping[str, str] | None = None,
    fork: str = "",
) -> Story:
    """A story about a pull request that brings two unsafe loads, unless told otherwise; from the fork of `fork`."""
    made = github.create_repository(dict(QUIET if before is None else before))
    head = github.fork(made, fork) if fork else None
    pull = github.open_pull_request(made, dict(UNSAFE if after is None else after), head=head, author=fork or "alice")
    return Story(github, made, pull, folder)
