"""LG001 to LG003: how loud, and what they say."""

from __future__ import annotations

import pytest

from bot.model import Finding, Severity
from bot.scan.engine import ScanOptions, scan_files
from bot.scan.rules import RULES, documentation

LOAD = "import torch\ntorch.load(p)\n"


def the_finding(text: str, rule: str, *, manifest: str = "", options: ScanOptions | None = None) -> Finding:
    files = {"a.py": text.encode()} | ({"requirements.txt": manifest.encode()} if manifest else {})
    return next(f for f in scan_files(files, options).findings if f.rule == rule)


@pytest.mark.parametrize(
    ("text", "manifest", "severity"),
    [
        (LOAD, "", Severity.ERROR),
        (LOAD, "torch>=2.5\n", Severity.ERROR),
        (LOAD, "torch>=2.6\n", Severity.NOTE),
        (LOAD.replace("(p)", "(p, pickle_module=q)"), "torch>=2.6\n", Severity.ERROR),
    ],
)
def test_an_absent_keyword_is_a_note_where_the_projects_torch_is_safe_by_default(
    text: str, manifest: str, severity: Severity
) -> None:
    assert the_finding(text, "LG001", manifest=manifest).severity is severity


def test_the_policys_floor_counts_like_a_declared_one() -> None:
    assert the_finding(LOAD, "LG001", options=ScanOptions(torch_floor="2.6")).severity is Severity.NOTE


def test_the_second_try_for_an_old_torch_is_a_note_and_gets_no_fix() -> None:
    attempt = "try:\n    x = torch.load(p, weights_only=True)\nexcept {}:\n    x = torch.load(p)\n"
    old = the_finding("import torch\n" + attempt.format("TypeError"), "LG001")
    assert (old.severity, old.fix) == (Severity.NOTE, None)
    assert the_finding("import torch\n" + attempt.format("Exception"), "LG001").severity is Severity.ERROR


def test_a_reasoned_false_is_a_note() -> None:
    text = "import torch\ntorch.load(p, weights_only=False){}\n"
    assert the_finding(text.format(""), "LG002").severity is Severity.ERROR
    reason = "  # trusted: written by our own training job, holds a Namespace"
    assert the_finding(text.format(reason), "LG002").severity is Severity.NOTE


def test_what_a_value_could_be_is_said() -> None:
    text = "import torch\ndef f(p, a):\n    torch.load(p, weights_only=False if a else True)\n"
    assert "could be False or True" in the_finding(text, "LG003").message
    assert "a caller" in the_finding("import torch\ndef f(p, **k):\n    torch.load(p, **k)\n", "LG003").message


def test_a_default_that_is_false_names_the_parameter() -> None:
    text = "import torch\ndef f(p, only=False):\n    torch.load(p, weights_only=only)\n"
    assert "unless a caller gives only" in the_finding(text, "LG002").message


def test_a_doubtful_torch_is_said_to_be_doubtful_and_gets_no_fix() -> None:
    finding = the_finding("from fairseq import torch\nm.load_state_dict(torch.load(p))\n", "LG003")
    assert "imported from another library" in finding.message
    assert finding.fix is None


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.code)
def test_every_rule_has_its_documentation(rule: object) -> None:
    code = getattr(rule, "code", "")
    text = documentation(code)
    assert text and ("Fix:" in text or code.startswith("CK"))


def test_a_code_that_does_not_exist_has_none() -> None:
    assert documentation("LG999") is None
    assert documentation("base") is None
