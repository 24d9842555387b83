"""What the tests of single rules share: a tree in, one rule's findings out, through the whole engine."""

from __future__ import annotations

from bot.model import Finding
from bot.scan.engine import scan_files


def findings(rule: str, source: str | dict[str, str], path: str = "a.py") -> list[Finding]:
    """What `rule` says of one file or a tree; nothing in it may be unreadable."""
    files = {path: source} if isinstance(source, str) else source
    report = scan_files({name: text.encode() for name, text in files.items()})
    assert report.unreadable == ()
    return [finding for finding in report.findings if finding.rule == rule]


def lines(rule: str, source: str | dict[str, str], path: str = "a.py") -> list[int]:
    return [finding.line for finding in findings(rule, source, path)]
