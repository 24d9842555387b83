"""Files that are there whole or not at all."""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path
from tempfile import mkstemp

from bot.errors import UsageError


def replace_file(path: Path, text: str) -> None:
    """Write a file beside its place and move it there, so that a kill leaves the old one or the new one.

    Raises `UsageError` naming the path and why.
    """
    beside = ""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, beside = mkstemp(prefix=f".{path.name}-", dir=path.parent)
        with os.fdopen(handle, "w", encoding="utf-8", errors="backslashreplace", newline="") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        Path(beside).chmod(0o644)
        Path(beside).replace(path)
    except OSError as trouble:
        raise UsageError(f"{path}: cannot be written: {trouble.strerror}") from trouble
    finally:
        with suppress(FileNotFoundError, ValueError):
            if beside:
                Path(beside).unlink()
