"""Colours of a terminal, or none."""

from __future__ import annotations

from dataclasses import dataclass

from bot.model import Severity


@dataclass(frozen=True, slots=True)
class Style:
    """Wraps text in the terminal's codes when `colour` is on; returns it as it is otherwise."""

    colour: bool = False

    def bold(self, text: str) -> str:
        return self._wrap(text, "1")

    def dim(self, text: str) -> str:
        return self._wrap(text, "2")

    def red(self, text: str) -> str:
        return self._wrap(text, "31")

    def green(self, text: str) -> str:
        return self._wrap(text, "32")

    def blue(self, text: str) -> str:
        return self._wrap(text, "1;34")

    def severity(self, severity: Severity, text: str) -> str:
        """Red for an error, yellow for a warning, cyan for a note."""
        return self._wrap(text, {"error": "1;31", "warning": "1;33", "note": "1;36"}[severity.value])

    def _wrap(self, text: str, code: str) -> str:
        return f"\033[{code}m{text}\033[0m" if self.colour and text else text
