"""Where a run speaks: the terminal, and the files the Actions runner reads (outputs, job summary).

The only module that writes to the standard streams. What it is given is already escaped for its place by `bot.report`.
"""

from __future__ import annotations

import contextlib
import os
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO

from bot.errors import UsageError

SUMMARY_LIMIT = 1024 * 1024
"""Bytes of job summary that GitHub keeps for one step; a longer file is dropped whole."""

OUTPUT_LIMIT = 256 * 1024
"""Bytes of one output; a job's outputs together may have 1 MB."""

BAR_WIDTH = 28
NEWLINE = "\n"


@dataclass(frozen=True, slots=True)
class Console:
    """The two streams of a run and what they can show. Text no terminal can spell is written as escapes."""

    out: IO[str]
    err: IO[str]
    colour: bool = False
    colour_err: bool = False
    interactive: bool = False

    def write(self, text: str) -> None:
        """The result of a command; on standard output."""
        _write(self.out, text)

    def write_unheeded(self, text: str) -> None:
        """Text in which the runner is to see no command, whatever a file's name or a line of code looks like."""
        word = os.urandom(16).hex()
        self.write(f"::stop-commands::{word}\n{text}{'' if text.endswith(NEWLINE) else NEWLINE}::{word}::\n")

    def write_bytes(self, data: bytes) -> None:
        """A result that has to arrive byte for byte, such as a diff."""
        self.out.flush()
        buffer = getattr(self.out, "buffer", None)
        if buffer is None:
            self.write(data.decode("utf-8", "backslashreplace"))
        else:
            buffer.write(data)
            buffer.flush()

    def say(self, text: str) -> None:
        """A sentence beside the result; on standard error."""
        _write(self.err, text if text.endswith("\n") else text + "\n")


def open_console(environ: Mapping[str, str], *, colour: str = "auto") -> Console:
    """The process's own streams. Colour by `colour` (auto, always, never), then NO_COLOR, FORCE_COLOR, a terminal."""
    for stream in (sys.stdout, sys.stderr):
        with contextlib.suppress(AttributeError, ValueError):
            stream.reconfigure(errors="backslashreplace")  # type: ignore[union-attr]
    quiet = bool(environ.get("CI")) or environ.get("TERM") == "dumb"
    return Console(
        out=sys.stdout,
        err=sys.stderr,
        colour=_coloured(sys.stdout, environ, colour),
        colour_err=_coloured(sys.stderr, environ, colour),
        interactive=sys.stderr.isatty() and not quiet,
    )


def _coloured(stream: IO[str], environ: Mapping[str, str], colour: str) -> bool:
    if colour != "auto":
        return colour == "always"
    if environ.get("NO_COLOR"):
        return False
    if environ.get("FORCE_COLOR", "0") not in ("", "0"):
        return True
    return stream.isatty() and environ.get("TERM") != "dumb"


def _write(stream: IO[str], text: str) -> None:
    stream.write(text)
    stream.flush()


@dataclass(slots=True)
class Progress:
    """A bar on standard error for long work, only where a person watches; it leaves no trace when done. `note` is what
    stands beside it, such as how long the rest will take.
    """

    console: Console
    label: str
    hidden: bool = False
    note: Callable[[int, int], str] | None = None
    shown: int = field(default=-1, init=False)

    def __call__(self, done: int, total: int) -> None:
        """Show `done` of `total`; without a note it redraws only when the percentage has changed."""
        if self.hidden or not self.console.interactive or total < 1:
            return
        percent = min(100, done * 100 // total)
        if percent == self.shown and self.note is None:
            return
        self.shown = percent
        full = percent * BAR_WIDTH // 100
        bar = "█" * full + "░" * (BAR_WIDTH - full)
        note = f" {self.note(done, total)}\033[K" if self.note else ""
        _write(self.console.err, f"\r{self.label} {bar} {percent:3d} %{note}")

    def __enter__(self) -> Progress:
        return self

    def __exit__(self, *_: object) -> None:
        """Take the bar away, whatever ended the work."""
        if self.shown >= 0:
            _write(self.console.err, "\r\033[K")
            self.shown = -1


def append_outputs(path: str, outputs: Mapping[str, str]) -> None:
    """Add step outputs to the file of GITHUB_OUTPUT; a random delimiter keeps a value from starting another output."""
    if not path:
        return
    text = "".join(_output(name, value) for name, value in outputs.items())
    _append(Path(path), text, name="GITHUB_OUTPUT")


def _output(name: str, value: str) -> str:
    delimiter = f"loadguard_{os.urandom(16).hex()}"
    kept = value.encode("utf-8", "replace")[:OUTPUT_LIMIT].decode("utf-8", "ignore")
    return f"{name}<<{delimiter}\n{kept}\n{delimiter}\n"


def append_summary(path: str, markdown: str) -> bool:
    """Add to the job summary; false, and nothing written, when there is no summary or it would grow over the limit."""
    if not path:
        return False
    file = Path(path)
    size = file.stat().st_size if file.exists() else 0
    if size + len(markdown.encode("utf-8", "replace")) > SUMMARY_LIMIT:
        return False
    _append(file, markdown, name="GITHUB_STEP_SUMMARY")
    return True


def _append(path: Path, text: str, *, name: str) -> None:
    try:
        with path.open("a", encoding="utf-8", errors="replace", newline="\n") as file:
            file.write(text)
    except OSError as trouble:
        raise UsageError(f"{name} names {path}, which cannot be written: {trouble.strerror}") from trouble


def write_in_workspace(workspace: str, name: str, text: str) -> str:
    """Write a report below the workspace; its path as given. The checkout may hold a link of that name to anywhere.

    Raises `UsageError` for a path that leads out of the workspace.
    """
    root = Path(workspace).resolve()
    target = root / name
    if not target.parent.resolve().is_relative_to(root) or target.is_symlink() or ".git" in target.parts:
        raise UsageError(f"{name}: reports are written inside the workspace only", hint="name a path relative to it")
    write_file(target, text)
    return name


def write_file(path: Path, text: str) -> None:
    """Write a report where `--output` says. Raises `UsageError` naming the path and why."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8", errors="backslashreplace", newline="")
    except OSError as trouble:
        raise UsageError(f"{path}: cannot be written: {trouble.strerror}") from trouble
