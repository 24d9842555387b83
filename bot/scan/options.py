"""What a scan is asked, as far as the pure part needs to know."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import TYPE_CHECKING

from bot.model import Severity

if TYPE_CHECKING:
    from bot.model import CheckpointReport


@dataclass(frozen=True, slots=True)
class ScanOptions:
    """`only` limits the report to these paths; the rest still gives evidence.

    `levels` are the policy's: a severity by code, None for off. `torch_floor` overrides what the project declares
    ("2.6"). `mmap` is auto, always-when-legal or never. `markdown` asks for Python blocks in Markdown too.
    `checkpoints` are static reports by path, for evidence. `today` decides which suppressions have expired.
    """

    only: Collection[str] | None = None
    levels: Mapping[str, Severity | None] = field(default_factory=dict)
    torch_floor: str = ""
    mmap: str = "auto"
    markdown: bool = False
    checkpoints: Mapping[str, CheckpointReport] = field(default_factory=dict)
    today: date = field(default_factory=date.today)
