"""What should stand on the forge when we are done, and what stands there already."""

from __future__ import annotations

from dataclasses import dataclass, field

from bot.model.report import Report


@dataclass(frozen=True, slots=True)
class ReviewComment:
    """One inline comment. `start_line` is None for a single line; `line` None means on the file as a whole."""

    path: str
    line: int | None
    start_line: int | None
    body: str
    fingerprint: str


@dataclass(frozen=True, slots=True)
class Review:
    """One review, event COMMENT, on commit `head_sha`."""

    head_sha: str
    body: str
    comments: tuple[ReviewComment, ...]


@dataclass(frozen=True, slots=True)
class FileChange:
    """The new content of one file; `mode` is git's (`100644`, `100755`), empty to keep the one that stands."""

    path: str
    content: bytes
    mode: str = "100644"


@dataclass(frozen=True, slots=True)
class FixBranch:
    """The fix pull request as it should stand: `changes` on top of `base_sha`, in one commit, on branch `name`."""

    name: str
    base_ref: str
    base_sha: str
    changes: tuple[FileChange, ...]
    title: str
    body: str
    commit_message: str
    draft: bool = False
    labels: tuple[str, ...] = ()
    reviewers: tuple[str, ...] = ()
    fingerprints: tuple[str, ...] = ()


# Every text we put on a forge begins its hidden marker so. A marker alone proves nothing (anyone can type it):
# it counts only in a text that our own identity wrote.
MARKER = "<!-- loadguard:"
SUMMARY_MARKER = MARKER + "summary -->"
FINDING_MARKER = MARKER + "finding "
"""Begins the marker of an inline comment; the fingerprints it stands for follow, parted by spaces, the comment's own
first.
"""


@dataclass(frozen=True, slots=True)
class Comment:
    """A comment as the forge has it; `ours` when our identity wrote it and it carries our marker."""

    id: str
    author: str
    body: str
    ours: bool


@dataclass(frozen=True, slots=True)
class Thread:
    """A review thread.

    `line` is None when outdated or on the file. `resolved_by_us` tells our own tidying from a person's decision.
    """

    id: str
    path: str
    line: int | None
    resolved: bool
    outdated: bool
    comments: tuple[Comment, ...]
    resolved_by_us: bool = False


@dataclass(frozen=True, slots=True)
class BranchState:
    """A branch on the forge: its tip, the tip's tree, and whether what stands on it is our own commit alone."""

    name: str
    sha: str
    tree: str
    only_ours: bool


@dataclass(frozen=True, slots=True)
class FixPullRequest:
    """A pull request from our branch, in any state. `closed_at` is ISO 8601 or empty.

    `closed_by_us` tells our own "no longer needed" from a person's decision. `labels_settled` and `reviewers_settled`
    are
    false while nobody has ever set any: then a run that was killed before it could do so is caught up with.
    `notices` are sentences about what could not be done on the side (a label, a reviewer, a draft).
    """

    number: int
    url: str
    state: str
    merged: bool
    title: str
    body: str
    draft: bool
    base_ref: str
    head_sha: str
    ours: bool
    closed_at: str = ""
    closed_by_us: bool = False
    labels_settled: bool = True
    reviewers_settled: bool = True
    notices: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Refusal:
    """Something the forge would not take, and why; `what` is a path:line, a verb or a permission."""

    what: str
    reason: str


@dataclass(frozen=True, slots=True)
class TreeFile:
    """What a commit has at a path. `mode` is git's (`100644`), empty where the forge does not say; the data of a
    symbolic link is where it leads, a submodule has none.
    """

    mode: str
    data: bytes


LINK_MODE, SUBMODULE_MODE = "120000", "160000"


@dataclass(frozen=True, slots=True)
class Foreseen:
    """What a run is going to ask of a forge, told beforehand so that one request can answer it all.

    The fix branch onto `base_ref` where `branch` says one, the talk on pull request `pull`, `files` at each of some
    commits, `shared` files of the owner's `.github` repository, and the `check` of that name on that commit.
    """

    branch: str = ""
    base_ref: str = ""
    pull: int = 0
    files: tuple[tuple[str, tuple[str, ...]], ...] = ()
    shared: tuple[str, ...] = ()
    check: tuple[str, str] | None = None


@dataclass(frozen=True, slots=True)
class Annotation:
    """A sentence on lines of a file in a check run; `level` is notice, warning or failure, lines count from 1."""

    path: str
    line: int
    end_line: int
    level: str
    title: str
    message: str


@dataclass(frozen=True, slots=True)
class CheckRun:
    """The check a commit should have. `conclusion` is success or failure."""

    name: str
    head_sha: str
    conclusion: str
    title: str
    summary: str
    annotations: tuple[Annotation, ...]


@dataclass(frozen=True, slots=True)
class CheckState:
    """The check of ours that stands on a commit; `tag` is what we left in it to know its content by."""

    id: str
    tag: str
    annotations: int


@dataclass(frozen=True, slots=True)
class Upload:
    """A SARIF report for code scanning. `ref` is written out: `refs/heads/main`, `refs/pull/7/head`."""

    sarif: str
    commit: str
    ref: str
    category: str


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a run did: `written` are sentences for the log, `refused` what could not be done and where it went
    instead.
    """

    report: Report
    exit_code: int
    exit_reason: str
    written: tuple[str, ...] = ()
    refused: tuple[Refusal, ...] = ()
    pull_request_url: str = ""
    pull_request_operation: str = "none"
    outputs: dict[str, str] = field(default_factory=dict)
    annotated: bool = False
    """A check run of our own holds the annotations, so that the log needs none."""
