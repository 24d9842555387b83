"""LG008: only for loads that are safe already, and only where mapping was judged right."""

from __future__ import annotations

import ast
import textwrap

import pytest

from bot.model import Mmap, MmapDecision, Use
from bot.scan.judgement import Judgement
from bot.scan.project import Project
from bot.scan.rules import lg008
from bot.scan.sites.site import find_sites


@pytest.mark.parametrize(
    ("call", "decision", "found"),
    [
        ("torch.load(p, weights_only=True)", MmapDecision.SKIP, False),
        ("torch.load(p, weights_only=True)", None, False),
        ("torch.load(p)", MmapDecision.ADD, False),
        ("torch.load(p, weights_only=True, mmap=True)", MmapDecision.KEEP, False),
        ("torch.load(p, weights_only=True)", MmapDecision.ADD, True),
    ],
)
def test_when_it_speaks(call: str, decision: MmapDecision | None, found: bool) -> None:
    project = Project({"a.py": f"import torch\nx = {call}\n".encode()})
    (site,) = find_sites(project.module("a.py"))  # type: ignore[arg-type]
    judgement = Judgement(Use.STATE, None, "r", mmap=Mmap(decision, "because") if decision else None)
    finding = lg008.check(site, judgement, project)
    assert (finding is not None) is found
    if finding:
        assert finding.mmap == judgement.mmap


def test_every_rule_documents_itself() -> None:
    """Why, a bad and a good example that parse, the fix: `explain` and docs/rules are made from it."""
    from bot.scan.rules import SOURCE_RULES, documentation

    for rule in SOURCE_RULES:
        text = documentation(rule.code) or ""
        assert "\n\nFix: " in text
        for part in ("Bad", "Good"):
            block = text.partition(f"\n\n{part}:\n\n")[2].partition("\n\nGood:")[0].partition("\n\nFix:")[0]
            code = textwrap.dedent(block)
            assert code.strip()
            assert ast.parse(code).body
