"""The line length a project's formatter holds it to: by its configuration, or by what its hooks and workflows run."""

from __future__ import annotations

import re
import tomllib
from pathlib import PurePosixPath
from typing import Any

from bot.scan.evidence.ground.memo import remember
from bot.scan.project import Project

_DEFAULT = 88
"""black's and ruff's own, where a formatter is configured without a length."""

_FILES = ("pyproject.toml", "ruff.toml", ".ruff.toml")
_HOOKS = (".pre-commit-config.yaml", ".pre-commit-config.yml", "Makefile", "makefile")
_WORKFLOWS = ".github/workflows/"
_RUNS = re.compile(
    rb"\bid:\s*['\"]?(?:black|ruff-format)\b|\bpsf/black\b|\bruff format\b|\bblack (?:--?[a-z]|\.(?:\s|$))",
    re.MULTILINE,
)
_LENGTH = re.compile(rb"(?:--line-length|(?<![\w-])-l)[=\s\"',]+(\d{2,3})\b")


def line_limit(project: Project, path: str) -> int | None:
    """The limit for the file at `path`, from the nearest folder above it that configures black or ruff, else from the
    hooks and workflows that run one of them; None where nothing does.
    """
    for parent in PurePosixPath(path).parents:
        folder = "" if str(parent) == "." else f"{parent}/"
        limit = remember(project, ("line limit", folder), lambda folder=folder: _of_folder(project, folder))  # type: ignore[misc]
        if limit:
            return int(limit)
    return remember(project, "formatter run", lambda: _by_hooks(project)) or None


def _by_hooks(project: Project) -> int:
    """What black or `ruff format` is told where it is run; its own length where it is told none; 0 where it is not."""
    run_in = [*_HOOKS, *(p for p in project.paths if p.startswith(_WORKFLOWS) and p.endswith((".yml", ".yaml")))]
    for path in run_in:
        data = project.files.get(path) or b""
        if _RUNS.search(data):
            told = _LENGTH.search(data)
            return int(told[1]) if told else _DEFAULT
    return 0


def _of_folder(project: Project, folder: str) -> int:
    for name in _FILES:
        data = project.files.get(folder + name)
        limit = _read(data, whole=name == "pyproject.toml") if data else 0
        if limit:
            return limit
    return 0


def _read(data: bytes, *, whole: bool) -> int:
    try:
        config = tomllib.loads(data.decode())
    except (ValueError, RecursionError):
        return 0
    tools = config.get("tool", {}) if whole else {"ruff": config}
    black, ruff = (tools.get(name) if isinstance(tools, dict) else None for name in ("black", "ruff"))
    if isinstance(black, dict):
        return _length(black) or _DEFAULT
    if isinstance(ruff, dict):
        return _length(ruff) or (_DEFAULT if "format" in ruff else 0)
    return 0


def _length(section: dict[str, Any]) -> int:
    """black takes `line_length` for `line-length`."""
    found = section.get("line-length", section.get("line_length"))
    return found if isinstance(found, int) and 0 < found < 1000 else 0
