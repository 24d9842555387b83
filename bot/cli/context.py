"""What every command is handed: the environment, the console, the folder it was called in."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from bot.edge.runner import Console
from bot.report.style import Style


@dataclass(frozen=True, slots=True)
class Context:
    """Made by `bot.main` only. The environment may hold secrets and stays out of the repr."""

    environ: Mapping[str, str] = field(repr=False)
    console: Console
    folder: Path

    @property
    def style(self) -> Style:
        """Colours for standard output."""
        return Style(self.console.colour)
