"""Proved fixes into files: which bytes change, as a diff, and the writing."""

from __future__ import annotations

import os
import stat
import tempfile
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

from bot.edge.tree import read_file
from bot.errors import UsageError
from bot.model import FileChange, Finding, Report, Tier
from bot.plan.edits import apply_fixes
from bot.plan.patch import unified_diff


@dataclass(frozen=True, slots=True)
class Fixes:
    """`changes` are whole new contents, `diff` the same for people and `git apply`. `done` are the findings they
    end, `left` the others.
    """

    changes: tuple[FileChange, ...]
    diff: bytes
    done: tuple[Finding, ...]
    left: tuple[Finding, ...]


def fix_tree(report: Report, *, root: Path, review_tier: bool = False) -> Fixes:
    """The fixes of a report of `scan_paths`, worked out and not yet written. `review_tier` takes the likely ones
    too.
    """

    def read(path: str) -> bytes | None:
        content = read_file(root, path)
        return content if isinstance(content, bytes) else None

    tiers = (Tier.SAFE, Tier.REVIEW) if review_tier else (Tier.SAFE,)
    return plan_fixes(report.findings, read, tiers=tiers)


def plan_fixes(findings: Iterable[Finding], read: Callable[[str], bytes | None], *, tiers: tuple[Tier, ...]) -> Fixes:
    """As `fix_tree`, for files that come from anywhere."""
    found = tuple(findings)
    wanted = [each for each in found if each.fix and each.fix.tier in tiers and each.fix.edits]
    changes: list[tuple[FileChange, bytes]] = []
    done: list[Finding] = []
    for path in dict.fromkeys(each.path for each in wanted):
        data = read(path)
        if data is None:
            continue
        applied = apply_fixes(data, [each for each in wanted if each.path == path])
        done += applied.done
        if applied.content != data:
            changes.append((FileChange(path, applied.content), data))
    ended = set(done)
    left = tuple(each for each in found if each not in ended)
    return Fixes(tuple(change for change, _ in changes), unified_diff(changes), tuple(done), left)


def write_fixes(fixes: Fixes, *, root: Path) -> tuple[str, ...]:
    """Write every changed file whole or not at all, its mode kept; the paths written.

    Raises `UsageError` naming the file that cannot be written; those before it stand.
    """
    return tuple(_write(root, change) for change in fixes.changes)


def _write(root: Path, change: FileChange) -> str:
    target = root / change.path
    try:
        mode = stat.S_IMODE(target.lstat().st_mode)
        handle, name = tempfile.mkstemp(dir=target.parent, prefix=".loadguard-")
        try:
            with os.fdopen(handle, "wb") as file:
                file.write(change.content)
            Path(name).chmod(mode)
            Path(name).replace(target)
        except BaseException:
            Path(name).unlink(missing_ok=True)
            raise
    except OSError as trouble:
        raise UsageError(f"{change.path} cannot be written: {trouble.strerror}") from trouble
    return change.path
