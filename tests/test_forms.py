"""The matrix of forms: one numbered file each, whose first line says what the scanner must say of it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

import pytest

from bot.model import Finding
from bot.scan.engine import scan_files
from bot.scan.module import Module
from bot.scan.project import Project
from bot.scan.sites import find_sites

FORMS = Path(__file__).parent / "cases" / "forms"
OURS = ("LG001", "LG002", "LG003")


@dataclass(frozen=True)
class Case:
    name: str
    source: bytes
    kind: str
    rules: frozenset[str]
    lines: tuple[int, ...]

    @classmethod
    def read(cls, path: Path) -> Case:
        text = path.read_text()
        kind, *rules = text.partition("\n")[0].removeprefix("# expect:").split()
        lines = [n for n, line in enumerate(text.splitlines(), 1) for _ in re.findall(r"\bsite\b", _marker(line))]
        lines += [int(n) for n in re.findall(r"^# line: (\d+)$", text, re.M)]
        return cls(path.stem, path.read_bytes(), kind, frozenset(rules), tuple(sorted(lines)))


def _marker(line: str) -> str:
    comment = line.rpartition("  # ")[2]
    return comment if re.fullmatch(r"site( site)*", comment) else ""


CASES = [Case.read(path) for path in sorted(FORMS.glob("*.py"))]


def findings(case: Case) -> list[Finding]:
    report = scan_files({"case.py": case.source})
    assert not report.unreadable
    return [f for f in report.findings if f.rule in OURS]


def test_the_matrix_is_as_large_as_promised() -> None:
    kinds = [case.kind for case in CASES]
    assert {
        k: kinds.count(k) >= n for k, n in dict(unsafe=68, safe=24, related=13, depends=10).items()
    } == dict.fromkeys(("unsafe", "safe", "related", "depends"), True)
    assert all(case.lines for case in CASES if case.kind in ("unsafe", "depends"))


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_form(case: Case) -> None:
    found = findings(case)
    assert tuple(sorted(f.line for f in found)) == case.lines
    assert {f.rule for f in found} == case.rules


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_nothing_is_lost_to_the_cheap_look_before_parsing(case: Case) -> None:
    """What the prefilter turns away must hold no site: the sites of the bare module are those of the report."""
    module = Project({"case.py": case.source}).module("case.py")
    assert isinstance(module, Module)
    unsafe = [s for s in find_sites(module) if s.says != "true"]
    assert len(unsafe) == len(findings(case))
