"""Small records under `.git/loadguard/`: JSON for the next run, Markdown beside it for people."""

from __future__ import annotations

import hashlib
import json
import os
import tempfile
from pathlib import Path
from typing import Any

from bot.errors import ForgeError

Record = dict[str, Any]


class LocalStore:
    """Records by kind and name. Each is written whole or not at all, so that a kill leaves the old one."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def page(self, kind: str, name: str) -> Path:
        """The Markdown file of a record."""
        return self._file(kind, name, ".md")

    def read(self, kind: str, name: str) -> Record:
        """The record, empty where there is none. One that is no JSON of ours counts as none."""
        try:
            record = json.loads(self._file(kind, name, ".json").read_text(encoding="utf-8"))
        except (OSError, ValueError):
            return {}
        return record if isinstance(record, dict) else {}

    def write(self, kind: str, name: str, record: Record, text: str) -> None:
        """Raises `ForgeError` where the folder cannot be written, or is a link to elsewhere."""
        target = self._file(kind, name, ".json")
        try:
            target.parent.mkdir(parents=True, exist_ok=True)
            if target.parent.resolve() != target.parent:
                raise ForgeError(f"{target.parent} is a link to elsewhere, so nothing is written there")
            _replace(self.page(kind, name), text + "\n")
            _replace(target, json.dumps(record, indent=1, sort_keys=True) + "\n")
        except OSError as trouble:
            raise ForgeError(f"{target} cannot be written: {trouble.strerror}") from trouble

    def _file(self, kind: str, name: str, suffix: str) -> Path:
        """Names are branches: a readable part, and a digest that no two of them share."""
        readable = "".join(c if c.isascii() and (c.isalnum() or c in "-_") else "-" for c in name)[:60]
        digest = hashlib.sha256(name.encode("utf-8", "surrogateescape")).hexdigest()[:8]
        return self.folder / kind / f"{readable}-{digest}{suffix}"


def _replace(target: Path, text: str) -> None:
    handle, name = tempfile.mkstemp(dir=target.parent)
    with os.fdopen(handle, "w", encoding="utf-8", errors="backslashreplace") as file:
        file.write(text)
    Path(name).replace(target)
