"""The nouns of a sweep over many repositories: what is known of each, how far it has come, what was published."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum


class Kind(StrEnum):
    """What a target names: everything an owner has, everything under a topic or custom property, one repository."""

    ORGANISATION = "org"
    USER = "user"
    TOPIC = "topic"
    PROPERTY = "property"
    REPOSITORY = "repo"


@dataclass(frozen=True, slots=True)
class Target:
    """One thing to sweep. `value` is a login, a topic, `owner/name`, or for a property `org:name=value`."""

    kind: Kind
    value: str

    def __str__(self) -> str:
        """As it is typed."""
        return self.value if self.kind is Kind.REPOSITORY else f"{self.kind}:{self.value}"


@dataclass(frozen=True, slots=True)
class Repository:
    """What one enumeration says of a repository. `id` is GitHub's node id: it survives a rename, the slug does not.

    `commit` and `tree` are object ids of the default branch's tip, empty where there is none. `pushed_at` is ISO 8601.
    `kilobytes` is GitHub's own, for the whole history. `policy` is the text of `.github/loadguard.yml` at the tip, None
    where it has none. `database_id` is what an App's token is narrowed by.
    """

    id: str
    slug: str
    database_id: int = 0
    branch: str = ""
    commit: str = ""
    tree: str = ""
    pushed_at: str = ""
    kilobytes: int = 0
    languages: tuple[str, ...] = ()
    topics: tuple[str, ...] = ()
    private: bool = False
    archived: bool = False
    fork: bool = False
    mirror: bool = False
    disabled: bool = False
    empty: bool = False
    policy: str | None = None


@dataclass(frozen=True, slots=True)
class Page:
    """Some of a list of repositories. `total` is what the list says it has, `unseen` counts entries of this page that
    vanished meanwhile or that the token may not see.

    `resume` is a place a few entries before the page's end, and empty where the list ends: the page asked for from
    there overlaps with this one, unless the list has shifted meanwhile.
    """

    repositories: tuple[Repository, ...]
    resume: str = ""
    total: int = 0
    unseen: int = 0


class Progress(StrEnum):
    """How far a repository has come in the sweep at hand.

    `skipped` by a rule and `unchanged` since its last scan cost nothing more. `waiting` is to be scanned, `scanning`
    was begun (one that is found so was interrupted), `scanned` has a report, `failed` a reason instead of one.
    """

    SKIPPED = "skipped"
    UNCHANGED = "unchanged"
    WAITING = "waiting"
    SCANNING = "scanning"
    SCANNED = "scanned"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Basis:
    """What a scan stood on. The same basis again means the same report: the repository is unchanged.

    `rules` is the version of our rules, `policy` a digest of the policy that held.
    """

    tree: str
    rules: str
    policy: str


@dataclass(frozen=True, slots=True)
class Scan:
    """The last finished scan of a repository. `report` is version 1 of the JSON report as plain data.

    `at` is ISO 8601, `seconds` wall time, `downloaded` bytes of the tarball.
    """

    basis: Basis
    commit: str
    at: str
    report: Mapping[str, object] = field(repr=False)
    seconds: float = 0.0
    downloaded: int = 0


class Standing(StrEnum):
    """What became of our pull request in a repository. `none`: there is none, and `reason` says why."""

    NONE = "none"
    OPEN = "open"
    MERGED = "merged"
    CLOSED = "closed"


@dataclass(frozen=True, slots=True)
class Publication:
    """Our fix pull request in a repository as it was last seen; GitHub is the truth, this is what a report shows.

    Moments are ISO 8601. `red` is whether its checks failed, None where they have not ended. `answers` names the scan
    it was last brought in line with (`Basis`, as text), empty where that is still to do.
    """

    repository: str
    standing: Standing
    url: str = ""
    number: int = 0
    opened_at: str = ""
    seen_at: str = ""
    red: bool | None = None
    reason: str = ""
    answers: str = ""


@dataclass(frozen=True, slots=True)
class Row:
    """One repository as the state has it, for publishing and for the report."""

    repository: Repository
    progress: Progress
    reason: str = ""
    shard: int = 0
    attempts: int = 0
    scan: Scan | None = None
    publication: Publication | None = None


@dataclass(frozen=True, slots=True)
class Allowance:
    """What is left of one of the forge's hourly limits. `reset` is when it is whole again, in seconds since the
    epoch.
    """

    resource: str
    limit: int
    remaining: int
    reset: float


@dataclass(frozen=True, slots=True)
class Sweep:
    """One sweep. `number` counts from 1; `finished` is empty while it runs. `requests` by kind of limit.

    `counts` are repositories by `Progress`, `by_rule` findings by rule and `published` pull requests by `Standing` at
    its end: the points of the trend.
    """

    number: int
    started: str
    finished: str = ""
    targets: tuple[str, ...] = ()
    rules: str = ""
    policy: str = ""
    shards: int = 1
    counts: Mapping[str, int] = field(default_factory=dict)
    by_rule: Mapping[str, int] = field(default_factory=dict)
    published: Mapping[str, int] = field(default_factory=dict)
    requests: Mapping[str, int] = field(default_factory=dict)
