"""Cases that are files: the first line says what is expected, `# site` at a line's end that a finding begins there."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

from bot.model import Finding
from bot.scan.engine import scan_files

OURS = ("LG001", "LG002", "LG003")
CASES = Path(__file__).parent / "cases"


@dataclass(frozen=True)
class Case:
    """`lines` has a line once for each finding that begins on it."""

    name: str
    source: bytes
    kind: str
    rules: frozenset[str]
    lines: tuple[int, ...]

    @classmethod
    def read(cls, path: Path) -> Case:
        text = path.read_text()
        kind, *rules = text.partition("\n")[0].removeprefix("# expect:").split()
        lines = [number for number, line in enumerate(text.splitlines(), 1) for _ in range(_marks(line))]
        lines += [int(number) for number in re.findall(r"^# line: (\d+)$", text, re.M)]
        return cls(path.stem, path.read_bytes(), kind, frozenset(rules), tuple(sorted(lines)))

    def findings(self) -> list[Finding]:
        report = scan_files({"case.py": self.source})
        assert not report.unreadable
        return [finding for finding in report.findings if finding.rule in OURS]

    def check(self) -> None:
        found = self.findings()
        assert tuple(sorted(finding.line for finding in found)) == self.lines
        assert {finding.rule for finding in found} == self.rules


def read_cases(folder: str) -> list[Case]:
    return [Case.read(path) for path in sorted((CASES / folder).glob("*.py"))]


def _marks(line: str) -> int:
    comment = line.rpartition("  # ")[2]
    return comment.count("site") if re.fullmatch(r"site( site)*", comment) else 0
