"""What a rule says of a site, a file or a checkpoint, and the fix that is offered with it."""

from __future__ import annotations

from dataclasses import dataclass
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
    they count from the start of cell `cell` (0-based index). `message` says what is wrong in a sentence, `advice` what
    a person does next: a sentence, or Python to paste whose first line says so as a comment. `fingerprint` survives
    moved lines.
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

    @property
    def remedy(self) -> str:
        """The advice in one line, for where a block of code has no room."""
        return self.advice.partition("\n")[0].removeprefix("# ")

    @property
    def recipe(self) -> str:
        """The advice where it is Python to paste, else empty."""
        return self.advice if "\n" in self.advice.strip() else ""
