"""Input and expected output as files; the pairs that must not change come first, and each runs twice."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

from bot.edits import apply_edits
from bot.model import Unreadable
from bot.scan.fixing.prove import Expected, prove
from bot.scan.fixing.rewrite import rewrite
from bot.scan.text.read import read_file

CASES = Path(__file__).parent / "cases" / "rewrite"
UNCHANGED = sorted((CASES / "unchanged").glob("*.py"))
CHANGED = sorted((CASES / "changed").glob("*.before.py"))


def fixed(data: bytes, *, path: str = "case.py") -> bytes:
    """Every `torch.load` and `load` call of a case given the keywords its first line names; each edit proved."""
    source = read_file(path, data)
    assert not isinstance(source, Unreadable)
    asked = source.lines[0].split()
    tree = ast.parse(source.text)
    calls = [n for n in ast.walk(tree) if isinstance(n, ast.Call) and ast.unparse(n.func) in ("torch.load", "load")]
    edits, expected = [], []
    for call in calls:
        found = rewrite(source, call, weights_only="weights_only" in asked, mmap="mmap" in asked)
        if found:
            want = Expected(call, weights_only="weights_only" in asked, mmap="mmap" in asked)
            assert prove(source, tree, edits=found, expected=[want]) == ""
            edits += found
            expected.append(want)
    assert prove(source, tree, edits=edits, expected=expected) == ""
    return apply_edits(data, edits)


@pytest.mark.parametrize("case", UNCHANGED, ids=lambda path: path.stem)
def test_left_alone(case: Path) -> None:
    assert fixed(case.read_bytes()) == case.read_bytes()


@pytest.mark.parametrize("case", CHANGED, ids=lambda path: path.stem)
def test_changed_as_expected_and_only_once(case: Path) -> None:
    expected = case.with_name(case.name.replace(".before.", ".after.")).read_bytes()
    once = fixed(case.read_bytes())
    assert once.decode() == expected.decode()
    assert fixed(once) == once


@pytest.mark.parametrize("case", CHANGED, ids=lambda path: path.stem)
@pytest.mark.parametrize("end", ["\r\n", "\r"])
def test_other_line_ends_are_kept(case: Path, end: str) -> None:
    def other(path: Path) -> bytes:
        return path.read_text().replace("\n", end).encode()

    expected = case.with_name(case.name.replace(".before.", ".after."))
    assert fixed(other(case)) == other(expected)


def test_there_are_cases() -> None:
    assert len(UNCHANGED) >= 12
    assert len(CHANGED) >= 20
