"""The nouns. Frozen, slotted, standard library only; every other room speaks in these."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum


class Severity(StrEnum):
    """How loud a finding is; `fail_on` compares by `rank`."""

    NOTE = "note"
    WARNING = "warning"
    ERROR = "error"

    @property
    def rank(self) -> int:
        return ("note", "warning", "error").index(self.value)


class WeightsOnly(StrEnum):
    """What the call itself says of `weights_only`."""

    ABSENT = "absent"
    NONE = "none"
    FALSE = "false"
    TRUE = "true"
    DYNAMIC = "dynamic"
    KWARGS = "kwargs"


class Use(StrEnum):
    """What becomes of the loaded value: tensors and containers of them, a live object, or not known."""

    STATE = "state"
    OBJECT = "object"
    UNKNOWN = "unknown"


class Tier(StrEnum):
    """`safe` is proved and goes into fix PRs; `review` is likely and is offered marked as such."""

    SAFE = "safe"
    REVIEW = "review"


class EvidenceKind(StrEnum):
    USE = "use"
    SAVE = "save"
    CHECKPOINT = "checkpoint"
    PATH = "path"
    VERSION = "version"
    HUMAN = "human"


class MmapDecision(StrEnum):
    ADD = "add"
    KEEP = "keep"
    SKIP = "skip"


@dataclass(frozen=True, slots=True)
class Evidence:
    """Why a tier is what it is. `line` is 1-based; 0 where a file as a whole is meant."""

    kind: EvidenceKind
    path: str
    line: int
    detail: str


@dataclass(frozen=True, slots=True)
class Edit:
    """Replace bytes `start` to `end` (end exclusive, offsets into the file as it is on disk) by `text`.

    `text` is written in the file's own encoding (and, in a notebook, already JSON-escaped).
    """

    start: int
    end: int
    text: str


@dataclass(frozen=True, slots=True)
class Fix:
    """A proved rewrite of one call. `adds` names the keywords it adds or changes, in order."""

    tier: Tier
    adds: tuple[str, ...]
    edits: tuple[Edit, ...]
    reason: str


@dataclass(frozen=True, slots=True)
class Mmap:
    """Whether the load could be mapped, and which fact decided."""

    decision: MmapDecision
    reason: str


@dataclass(frozen=True, slots=True)
class Finding:
    """What a rule says of a site, a file or a checkpoint.

    Lines and columns are 1-based, the end exclusive, columns in characters of the line; in a notebook
    they count from the start of cell `cell` (0-based index). `message` says what is wrong in a sentence, `advice` what a
    person does next. `fingerprint` survives moved lines.
    """

    rule: str
    severity: Severity
    path: str
    line: int
    column: int
    end_line: int
    end_column: int
    message: str
    source: str = ""
    qualname: str = ""
    cell: int | None = None
    weights_only: WeightsOnly = WeightsOnly.ABSENT
    use: Use = Use.UNKNOWN
    fix: Fix | None = None
    evidence: tuple[Evidence, ...] = ()
    mmap: Mmap | None = None
    advice: str = ""
    fingerprint: str = ""
    new: bool = True


@dataclass(frozen=True, slots=True)
class Silenced:
    """A finding that a person silenced. `where` is SARIF's word: `inSource` for a comment, `external` for policy or baseline."""

    finding: Finding
    where: str
    reason: str


@dataclass(frozen=True, slots=True)
class Scanned:
    """A file that was read to its end. `suppressed` counts findings a comment or the policy silenced."""

    path: str
    findings: tuple[Finding, ...] = ()
    suppressed: int = 0
    silenced: tuple[Silenced, ...] = ()


@dataclass(frozen=True, slots=True)
class Unreadable:
    """A file nothing can be said of; never counted clean."""

    path: str
    reason: str


FileReport = Scanned | Unreadable


@dataclass(frozen=True, slots=True)
class Report:
    """A whole scan. `files_scanned` counts files looked at, also those without a site.

    `notices` are sentences for a person: unused or expired suppressions, ignored policy entries.
    """

    root: str
    files_scanned: int
    findings: tuple[Finding, ...]
    unreadable: tuple[Unreadable, ...] = ()
    suppressed: int = 0
    notices: tuple[str, ...] = ()
    checkpoints: tuple[CheckpointReport, ...] = ()
    silenced: tuple[Silenced, ...] = ()


# -- changes -----------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Hunk:
    """Lines `start` to `end` (1-based, inclusive) of the new side that a diff shows; `added` are those it adds or changes."""

    start: int
    end: int
    added: frozenset[int]


@dataclass(frozen=True, slots=True)
class ChangedFile:
    """`status` is git's word: added, modified, renamed, removed, copied, changed.

    `blob` is git's id of the new content where it is known: a file in the checkout with the same id need not be fetched.
    """

    path: str
    status: str
    hunks: tuple[Hunk, ...] = ()
    previous_path: str | None = None
    blob: str = ""


@dataclass(frozen=True, slots=True)
class PullRequest:
    """The facts of a pull request that decide what may be done. `fork` is true when head is another repository."""

    number: int
    base_sha: str
    base_ref: str
    head_sha: str
    head_ref: str
    head_repository: str
    fork: bool
    draft: bool = False
    open: bool = True


# -- intentions: what should stand on the forge when we are done ----------------------------------------------


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
    """The new content of one file; `mode` is git's (`100644`, `100755`)."""

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


# -- what tells our own texts from others' --------------------------------------------------------------------

# Every text we put on a forge begins its hidden marker so. A marker alone proves nothing (anyone can type it):
# it counts only in a text that our own identity wrote.
MARKER = "<!-- loadguard:"
SUMMARY_MARKER = MARKER + "summary -->"
FINDING_MARKER = MARKER + "finding "
"""Begins the marker of an inline comment; the fingerprints it stands for follow, parted by spaces, the comment's own first."""


# -- what stands there already ---------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Comment:
    """A comment as the forge has it; `ours` when our identity wrote it and it carries our marker."""

    id: str
    author: str
    body: str
    ours: bool


@dataclass(frozen=True, slots=True)
class Thread:
    """A review thread. `line` is None when outdated or on the file. `resolved_by_us` tells our own tidying from a person's decision."""

    id: str
    path: str
    line: int | None
    resolved: bool
    outdated: bool
    comments: tuple[Comment, ...]
    resolved_by_us: bool = False


@dataclass(frozen=True, slots=True)
class BranchState:
    """A branch on the forge: its tip, the tip's tree, and whether every commit since `base` is ours."""

    name: str
    sha: str
    tree: str
    only_ours: bool


@dataclass(frozen=True, slots=True)
class FixPullRequest:
    """A pull request from our branch, in any state. `closed_at` is ISO 8601 or empty.

    `closed_by_us` tells our own "no longer needed" from a person's decision. `labels_settled` and `reviewers_settled` are
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
class Outcome:
    """What a run did: `written` are sentences for the log, `refused` what could not be done and where it went instead."""

    report: Report
    exit_code: int
    exit_reason: str
    written: tuple[str, ...] = ()
    refused: tuple[Refusal, ...] = ()
    pull_request_url: str = ""
    pull_request_operation: str = "none"
    outputs: dict[str, str] = field(default_factory=dict)


# -- checkpoints -------------------------------------------------------------------------------------------------


class Verdict(StrEnum):
    """`unreadable` is never `loadable`. `needs-allowlist` loads only with `safe_globals`."""

    LOADABLE = "loadable"
    NEEDS_ALLOWLIST = "needs-allowlist"
    DANGEROUS = "dangerous"
    CORRUPT = "corrupt"
    OVER_LIMITS = "over-limits"
    UNREADABLE = "unreadable"
    NOT_A_CHECKPOINT = "not-a-checkpoint"


@dataclass(frozen=True, slots=True)
class GlobalUse:
    """A global a pickle names. `judgement`: allowed, needs-allowlist, executes, never-loads, unknown. `offset` is the opcode's in its stream."""

    module: str
    name: str
    judgement: str
    stream: str
    offset: int
    called: bool


@dataclass(frozen=True, slots=True)
class TensorInfo:
    """One tensor; `stride` and `offset` in elements, `nbytes` those the tensor spans in its storage."""

    name: str
    dtype: str
    shape: tuple[int, ...]
    stride: tuple[int, ...]
    offset: int
    storage: str
    device: str
    nbytes: int


@dataclass(frozen=True, slots=True)
class CheckpointReport:
    """What the static reader says of a file, without running any of it.

    `format`: torch-zip, torch-legacy, torch-tar, torchscript, pt2, safetensors, numpy, pickle, joblib, lfs-pointer, …
    `mappable` is whether `torch.load(mmap=True)` would work and be right; `mmap_reason` says why not. `devices` are the
    legs beside the CPU's `smoke`; `drift` is against the version this file replaces, farthest first.
    """

    path: str
    format: str
    size: int
    verdict: Verdict
    findings: tuple[Finding, ...] = ()
    globals: tuple[GlobalUse, ...] = ()
    tensors: tuple[TensorInfo, ...] = ()
    mappable: bool = False
    mmap_reason: str = ""
    safe_globals: tuple[str, ...] = ()
    smoke: Loaded | Refused | Killed | NotTried | None = None
    devices: tuple[Loaded | Refused | Killed | NotTried, ...] = ()
    drift: tuple[Drift, ...] = ()


@dataclass(frozen=True, slots=True)
class Loaded:
    """The sandboxed load worked: counts, bytes, `seconds` wall, `peak_memory` in bytes (the whole child, torch included).

    `bad_values` and `all_zero` name the first tensors with NaN or infinity, or nothing but zeros; `walls` are the sandbox's that stood.
    """

    tensors: int
    parameters: int
    dtypes: tuple[tuple[str, int], ...]
    nbytes: int
    seconds: float
    peak_memory: int
    bad_values: tuple[str, ...] = ()
    device: str = "cpu"
    mapped: bool = False
    all_zero: tuple[str, ...] = ()
    walls: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Refused:
    """torch would not load it: its own reason, and the globals it wants allow-listed."""

    reason: str
    needs: tuple[str, ...] = ()
    device: str = "cpu"


@dataclass(frozen=True, slots=True)
class Killed:
    """The child died: a signal, a timeout, a limit, or an answer that was no answer."""

    reason: str
    device: str = "cpu"


@dataclass(frozen=True, slots=True)
class Drift:
    """How far one tensor moved from the version it replaces; `relative` is the mean difference over the mean old magnitude."""

    name: str
    largest: float
    mean: float
    relative: float
    new_bad_values: int


@dataclass(frozen=True, slots=True)
class NotTried:
    """Neutral: no torch, no such device, or already dangerous. Never a pass."""

    reason: str
    device: str = "cpu"
