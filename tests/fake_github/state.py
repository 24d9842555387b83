"""What the server remembers besides git: accounts, tokens, pull requests, threads, comments, check runs."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from tests.fake_github.gitdb import GitDirectory

# GitHub's ids left the range of 32 bits in 2024; starting above it finds whoever keeps them in an Int.
_numbers: Iterator[int] = itertools.count(3_000_000_001)
# Those of repositories have not: GraphQL still calls them an Int.
_repositories: Iterator[int] = itertools.count(900_000_001)

LEVELS = ("none", "read", "write")
ALL_WRITE = {
    "contents": "write",
    "pull_requests": "write",
    "issues": "write",
    "checks": "write",
    "security_events": "write",
}
READ_ONLY = {"contents": "read", "pull_requests": "read", "issues": "read", "checks": "read"}


def next_id() -> int:
    return next(_numbers)


def now() -> str:
    return datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


@dataclass
class Account:
    """A user, an organisation or an app's bot; a bot's login ends in `[bot]`."""

    login: str
    kind: str = "User"
    id: int = field(default_factory=next_id)

    @property
    def email(self) -> str:
        return f"{self.id}+{self.login}@users.noreply.github.com"


@dataclass
class Token:
    """A credential: whose, what it may, until when. `installation` marks GITHUB_TOKEN and App tokens."""

    text: str
    account: Account
    permissions: Mapping[str, str]
    installation: bool = True
    actions: bool = True
    expires_at: float | None = None
    repositories: frozenset[str] | None = None
    limit: int = 5_000
    used: int = 0

    def allows(self, name: str, level: str) -> bool:
        return LEVELS.index(self.permissions.get(name, "none")) >= LEVELS.index(level)


@dataclass
class Comment:
    """An issue comment, or one comment of a review thread."""

    body: str
    author: Account
    id: int = field(default_factory=next_id)
    created_at: str = field(default_factory=now)
    updated_at: str = field(default_factory=now)
    review: int | None = None


@dataclass
class Thread:
    """Review comments at one place. `commit` is where the place was given; `line` None is the whole file."""

    path: str
    line: int | None
    start_line: int | None
    side: str
    commit: str
    diff_hunk: str
    comments: list[Comment]
    id: int = field(default_factory=next_id)
    resolved_by: Account | None = None


@dataclass
class Review:
    body: str
    author: Account
    commit: str
    state: str = "COMMENTED"
    id: int = field(default_factory=next_id)
    submitted_at: str = field(default_factory=now)


@dataclass
class Event:
    """A line of a pull request's timeline that the bot asks about."""

    type: str
    actor: Account
    created_at: str = field(default_factory=now)


@dataclass
class Pull:
    """A pull request. `head_repository` differs from its own repository for a fork."""

    number: int
    title: str
    body: str
    author: Account
    head_ref: str
    head_repository: str
    base_ref: str
    draft: bool = False
    state: str = "open"
    merged: bool = False
    maintainer_can_modify: bool = True
    labels: list[str] = field(default_factory=list)
    reviewers: list[str] = field(default_factory=list)
    threads: list[Thread] = field(default_factory=list)
    reviews: list[Review] = field(default_factory=list)
    timeline: list[Event] = field(default_factory=list)
    comments: list[Comment] = field(default_factory=list)
    id: int = field(default_factory=next_id)
    created_at: str = field(default_factory=now)
    updated_at: str = field(default_factory=now)
    closed_at: str | None = None
    merged_at: str | None = None


@dataclass
class Issue:
    """An issue that is no pull request, such as the sweep's dashboard."""

    number: int
    title: str
    body: str
    author: Account
    state: str = "open"
    labels: list[str] = field(default_factory=list)
    comments: list[Comment] = field(default_factory=list)
    id: int = field(default_factory=next_id)
    created_at: str = field(default_factory=now)
    updated_at: str = field(default_factory=now)


@dataclass
class CheckRun:
    name: str
    head_sha: str
    status: str = "queued"
    conclusion: str | None = None
    external_id: str | None = None
    title: str | None = None
    summary: str | None = None
    annotations: list[dict[str, object]] = field(default_factory=list)
    author: Account | None = None
    id: int = field(default_factory=next_id)
    started_at: str = field(default_factory=now)
    completed_at: str | None = None


@dataclass
class Repository:
    """One repository. The four switches are the settings and states that change what a bot may do."""

    slug: str
    owner: Account
    git: GitDirectory
    default_branch: str = "main"
    private: bool = False
    fork_of: str | None = None
    actions_may_open_pulls: bool = True
    drafts: bool = True
    archived: bool = False
    disabled: bool = False
    mirror: bool = False
    languages: tuple[str, ...] | None = None
    """None: by the names of its files."""
    topics: tuple[str, ...] = ()
    properties: dict[str, str | list[str] | None] = field(default_factory=dict)
    unseen: bool = False
    """Listed, and null when it is asked for: an answer with a hole in it."""
    kilobytes: int = 0
    gone: int | None = None
    """404 for a repository that vanished, 451 for one taken down."""
    protected: set[str] = field(default_factory=set)
    pulls: dict[int, Pull] = field(default_factory=dict)
    issues: dict[int, Issue] = field(default_factory=dict)
    check_runs: list[CheckRun] = field(default_factory=list)
    labels: dict[str, int] = field(default_factory=dict)
    objects: dict[str, bytes] = field(default_factory=dict)
    """LFS objects by sha-256."""
    sarif: list[dict[str, Any]] = field(default_factory=list)
    collaborators: set[str] = field(default_factory=set)
    id: int = field(default_factory=lambda: next(_repositories))
    created_at: str = field(default_factory=now)
    pushed_at: str = field(default_factory=now)

    @property
    def name(self) -> str:
        return self.slug.split("/")[1]

    def next_number(self) -> int:
        return max([0, *self.pulls, *self.issues]) + 1

    def commented(self, number: int) -> Pull | Issue | None:
        return self.pulls.get(number) or self.issues.get(number)
