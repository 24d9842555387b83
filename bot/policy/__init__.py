"""What a repository allows: the policy's nouns and their defaults. `bot.policy.load` reads them from files.

The published form is `bot/schemas/policy.schema.json`; a test holds this module, that file and the parser together.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING

from bot.model import Severity
from bot.policy.sweep import SweepPolicy

if TYPE_CHECKING:
    from bot.baseline import Accepted


class FixMode(StrEnum):
    """`off` reports only, `suggest` comments on the pull request, `pr` opens a fix pull request as well."""

    OFF = "off"
    SUGGEST = "suggest"
    PR = "pr"


class MmapMode(StrEnum):
    """`auto` wants evidence of the file's format; `always-when-legal` only that the call may be mapped."""

    AUTO = "auto"
    ALWAYS_WHEN_LEGAL = "always-when-legal"
    NEVER = "never"


class CommentMode(StrEnum):
    """`review` writes inline comments and a summary, `summary` only the latter, `off` neither."""

    REVIEW = "review"
    SUMMARY = "summary"
    OFF = "off"


class CheckpointMode(StrEnum):
    OFF = "off"
    STATIC = "static"
    SMOKE = "smoke"


@dataclass(frozen=True, slots=True)
class Ignore:
    """Findings a person decided to live with. Every condition given must hold; `expires` is an ISO date or empty.

    `match` is a regular expression searched in the call's text. `place` is `path:line` of the entry itself.
    """

    reason: str
    rule: str = ""
    path: str = ""
    fingerprint: str = ""
    match: str = ""
    expires: str = ""
    place: str = ""


@dataclass(frozen=True, slots=True)
class CheckpointLimits:
    """Bytes, counts, seconds. `bytes` bounds the file, `ratio` how far a compressed record may inflate."""

    bytes: int = 16 * 1024**3
    entries: int = 100_000
    ratio: int = 200
    nesting: int = 4
    seconds: int = 120
    memory: int = 4 * 1024**3


DEFAULT_PATTERNS = (
    "*.pt",
    "*.pth",
    "*.bin",
    "*.ckpt",
    "*.pkl",
    "*.pickle",
    "*.th",
    "*.tar",
    "*.ptl",
    "*.pt2",
    "*.safetensors",
    "*.npz",
    "*.npy",
    "*.joblib",
)


@dataclass(frozen=True, slots=True)
class CheckpointPolicy:
    """`patterns` are file name globs beside the magic bytes; `safe_globals` are names this project trusts."""

    mode: CheckpointMode = CheckpointMode.SMOKE
    patterns: tuple[str, ...] = DEFAULT_PATTERNS
    limits: CheckpointLimits = CheckpointLimits()
    safe_globals: tuple[str, ...] = ()
    devices: tuple[str, ...] = ("cpu",)


@dataclass(frozen=True, slots=True)
class PullRequestPolicy:
    """`inline_cap` bounds the inline comments of one review; `draft` says whether drafts are reviewed too."""

    inline_cap: int = 20
    comment: CommentMode = CommentMode.REVIEW
    draft: bool = True


@dataclass(frozen=True, slots=True)
class FixPullRequestPolicy:
    """`group` is one pull request for the repository or one a project; the branch is `branch_prefix/weights-only`."""

    branch_prefix: str = "loadguard"
    labels: tuple[str, ...] = ()
    reviewers: tuple[str, ...] = ()
    group: str = "repository"
    max_files: int = 200
    recreate_after_days: int = 30
    sign_off: bool = False


@dataclass(frozen=True, slots=True)
class ProjectPolicy:
    """One folder of a monorepo; what it leaves out is as the policy says. `fail_on` None likewise."""

    path: str
    name: str = ""
    rules: Mapping[str, str] = field(default_factory=dict)
    fail_on: str = ""
    torch_floor: str = ""
    labels: tuple[str, ...] = ()
    reviewers: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Policy:
    """The whole of it. `rules` maps a code to off, note, warning or error; `fail_on` None is never.

    `accepted` are the entries of the file `baseline`, where findings are judged by them as they come in.
    `include` and `exclude` are globs of paths from the policy's own folder, the repository's root; `prefix` leads from
    there to where a scan stands (`services/a/`, empty where it is the same). `origins` says for each dotted key that is
    not a default where its value came from.
    """

    include: tuple[str, ...] = ()
    exclude: tuple[str, ...] = ()
    rules: Mapping[str, str] = field(default_factory=dict)
    fail_on: Severity | None = Severity.WARNING
    fix: FixMode = FixMode.SUGGEST
    mmap: MmapMode = MmapMode.AUTO
    torch_floor: str = ""
    markdown_blocks: bool = False
    baseline: str = ""
    ignore: tuple[Ignore, ...] = ()
    checkpoints: CheckpointPolicy = CheckpointPolicy()
    pull_request: PullRequestPolicy = PullRequestPolicy()
    fix_pull_request: FixPullRequestPolicy = FixPullRequestPolicy()
    projects: tuple[ProjectPolicy, ...] = ()
    sweep: SweepPolicy = field(default_factory=SweepPolicy)
    accepted: tuple[Accepted, ...] = ()
    prefix: str = ""
    origins: Mapping[str, str] = field(default_factory=dict)
