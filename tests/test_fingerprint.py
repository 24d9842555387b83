"""A fingerprint stays when lines move or a call is laid out anew, and changes when it says something else."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bot.model import Finding, Severity
from bot.scan.fingerprint import with_fingerprints

BASE = Finding(
    "LG001", Severity.ERROR, "a.py", 3, 5, 3, 20, "m", source="torch.load(p, map_location='cpu')", qualname="f"
)


def name(finding: Finding) -> str:
    return with_fingerprints([finding])[0].fingerprint


@pytest.mark.parametrize(
    "other",
    [
        replace(BASE, line=30, end_line=30),
        replace(BASE, column=9, end_column=24),
        replace(BASE, message="said better", severity=Severity.NOTE, advice="x"),
        replace(BASE, source="torch.load(\n    p,  # where\n    map_location='cpu',\n)"),
        replace(BASE, source='torch.load(p, map_location="cpu")'),
        replace(BASE, source="torch.load((p),map_location = 'cpu', )"),
        replace(BASE, source="torch.load(p, \\\n   map_location='cpu')"),
    ],
)
def test_stays(other: Finding) -> None:
    assert name(other) == name(BASE)


@pytest.mark.parametrize(
    "other",
    [
        replace(BASE, rule="LG002"),
        replace(BASE, path="b.py"),
        replace(BASE, qualname="g"),
        replace(BASE, source="torch.load(q, map_location='cpu')"),
        replace(BASE, source="torch.load(p, map_location='cpu', weights_only=False)"),
    ],
)
def test_changes(other: Finding) -> None:
    assert name(other) != name(BASE)


def test_equals_are_numbered_by_position() -> None:
    second, third = replace(BASE, line=8), replace(BASE, line=9)
    names = [f.fingerprint for f in with_fingerprints([third, BASE, second])]
    assert len(set(names)) == 3
    assert [
        f.fingerprint for f in with_fingerprints([replace(f, line=f.line + 40) for f in (BASE, second, third)])
    ] == names


def test_what_does_not_parse_is_named_by_its_words() -> None:
    line = replace(BASE, source="ENV  A=1")
    assert name(line) == name(replace(line, source="ENV A=1 "))
    assert name(replace(BASE, source="(" * 5000)) != name(BASE)
    assert name(replace(BASE, source="\ud800")) != name(BASE)


def test_form() -> None:
    assert len(name(BASE)) == 20
    int(name(BASE), 16)
