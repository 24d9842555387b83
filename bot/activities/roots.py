"""Which folder a scan stands on: wide enough for the evidence, never wider than the project."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path

MARKS = ("pyproject.toml", "setup.py", "setup.cfg", "requirements.txt")
"""What stands in the root folder of a project, beside a repository's own `.git`."""


def common_root(paths: Sequence[Path]) -> Path:
    """The folder everything named is scanned from, and whose other files give evidence.

    The working directory when it was named itself; else the repository around what was named, or where there is none
    the outermost project, or the working directory again, unless that is the file system's root or a home directory: a
    scan of one project in a folder of many never reads them all. Where something lies outside, the folder that the
    names share.
    """
    here = Path.cwd().resolve()
    full = [absolute(path) for path in paths] or [here]
    shared = Path(os.path.commonpath([each if each.is_dir() else each.parent for each in full]))
    if here not in (shared, *shared.parents):
        return shared
    between = [each for each in (shared, *shared.parents) if here in (each, *each.parents)]
    if here in full:
        return here
    repository = next((each for each in between if (each / ".git").exists()), None)
    if repository is not None:
        return repository
    marked = [each for each in between if not _too_wide(each) and any((each / mark).exists() for mark in MARKS)]
    return marked[-1] if marked else shared if _too_wide(here) else here


def absolute(path: Path) -> Path:
    """The path without `..`, links left as they are: a link is what was named."""
    return Path(os.path.normpath(path.absolute()))


def _too_wide(folder: Path) -> bool:
    return folder == folder.parent or folder == Path("~").expanduser() or folder.parent == Path("/home")
