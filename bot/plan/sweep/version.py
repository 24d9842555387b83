"""What a scan stood on, as short texts that change when it would come out differently."""

from __future__ import annotations

import hashlib
import re
import sys
from collections.abc import Iterable
from functools import cache
from pathlib import Path

from bot import __version__

PACKAGE = Path(__file__).resolve().parents[2]
DECIDING = (
    "scan", "policy", "schemas/policy.schema.json", "edits.py", "report/sweep/stored.py", "report/data.py",
    "activities/scanning.py", "activities/sweep_scan.py", "activities/known_checkpoints.py",
)  # fmt: skip
"""What a report of a tree depends on, beside the tree."""


@cache
def rules_version() -> str:
    """Of the code that scans, and of the Python that parses: a tree may read differently in another."""
    digest = hashlib.sha256(f"{sys.version_info[:2]}".encode())
    for path in sorted(path for name in DECIDING for path in _files(PACKAGE / name)):
        digest.update(f"{path.relative_to(PACKAGE).as_posix()}\0".encode())
        digest.update(hashlib.sha256(path.read_bytes()).digest())
    return f"{__version__}+{digest.hexdigest()[:12]}"


def _files(path: Path) -> Iterable[Path]:
    return (each for each in path.rglob("*") if each.suffix in (".py", ".json")) if path.is_dir() else (path,)


def policy_digest(shared: str | None, own: str | None, *, today: str) -> str:
    """Of the owner's policy and the repository's own; None where there is none, which is another thing than empty.

    `today` is an ISO date: an entry that has expired by then counts as another policy.
    """
    parts = [b"-" if text is None else b"+" + text.encode("utf-8", "surrogateescape") for text in (shared, own)]
    dates = re.findall(r"\b\d{4}-\d\d-\d\d\b", f"{shared or ''} {own or ''}")
    parts += [date.encode() for date in dates if date <= today]
    digest = hashlib.sha256(b"".join(len(part).to_bytes(8, "big") + part for part in parts))
    return digest.hexdigest()[:16]
