"""What a scan of files comes to."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from bot.model.finding import Finding

if TYPE_CHECKING:
    from bot.model.checkpoint import CheckpointReport


@dataclass(frozen=True, slots=True)
class Silenced:
    """A finding that a person silenced.

    `where` is SARIF's word: `inSource` for a comment, `external` for policy or baseline.
    """

    finding: Finding
    where: str
    reason: str


@dataclass(frozen=True, slots=True)
class Scanned:
    """A file that was read to its end. `suppressed` counts findings a comment or the policy silenced.

    `notices` are sentences about its suppressions.
    """

    path: str
    findings: tuple[Finding, ...] = ()
    suppressed: int = 0
    silenced: tuple[Silenced, ...] = ()
    notices: tuple[str, ...] = ()


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
