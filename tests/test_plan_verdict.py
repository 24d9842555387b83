"""A report -> exit code and sentence."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bot.errors import ExitCode
from bot.model import Finding, Report, Severity, Unreadable
from bot.plan.verdict import count, decide


def report(*levels: str, new: bool = True, unread: int = 0) -> Report:
    findings = tuple(Finding("LG001", Severity(level), "a.py", 1, 1, 1, 1, "m", new=new) for level in levels)
    return Report(".", 1, findings, tuple(Unreadable(f"{n}.py", "why") for n in range(unread)))


W, E = Severity.WARNING, Severity.ERROR
TABLE = [
    ("clean", report(), W, False, 0, "no finding"),
    ("at the level", report("warning"), W, False, 1, "1 finding at or above"),
    ("below it", report("note"), W, False, 0, "1 finding, none at or above"),
    ("above it", report("error", "note"), W, False, 1, "1 finding at"),
    ("higher level asked", report("warning"), E, False, 0, "none at or above"),
    ("never", report("error"), None, False, 0, "1 finding"),
    ("old ones in a pull request", report("error", new=False), W, True, 0, "no new finding"),
    ("new ones in a pull request", report("error"), W, True, 1, "1 new finding"),
    ("an unread file is never clean", report(unread=1), W, False, 1, "1 file could not be read"),
    ("an unread file where nothing fails", report(unread=2), None, False, 0, "no finding"),
]


@pytest.mark.parametrize(("name", "found", "level", "only_new", "code", "says"), TABLE, ids=[row[0] for row in TABLE])
def test_decide(name: str, found: Report, level: Severity | None, only_new: bool, code: int, says: str) -> None:
    verdict = decide(found, level, only_new=only_new)
    assert verdict.exit_code == code
    assert says in verdict.reason


def test_a_level_for_each_folder() -> None:
    found = report("warning")
    assert decide(found, lambda path: E if path == "a.py" else W, only_new=False).exit_code == ExitCode.CLEAN
    other = replace(found, findings=(replace(found.findings[0], path="b.py"),))
    assert decide(other, lambda path: E if path == "a.py" else W, only_new=False).exit_code == ExitCode.FINDINGS


def test_a_nightly_run_mentions_unread_files_and_passes() -> None:
    verdict = decide(report(unread=2), W, only_new=True, unread_fails=False)
    assert verdict.exit_code == 0 and "2 files could not be read" in verdict.reason


def test_counts() -> None:
    assert [count(n, "file") for n in (0, 1, 2, 1204)] == ["0 files", "1 file", "2 files", "1,204 files"]
