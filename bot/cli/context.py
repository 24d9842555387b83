"""What every command is handed: the environment, the console, the folder it was called in."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from bot.edge.runner import Console
from bot.report.style import Style

if TYPE_CHECKING:
    from bot.edge.github.http import Patience


@dataclass(frozen=True, slots=True)
class Context:
    """Made by `bot.main` only. The environment may hold secrets and stays out of the repr."""

    environ: Mapping[str, str] = field(repr=False)
    console: Console
    folder: Path
    patience: Patience | None = None
    """How to wait on GitHub, and by which clock; None waits as GitHub asks for. A simulation brings its own."""

    @property
    def style(self) -> Style:
        """Colours for standard output."""
        return Style(self.console.colour)
