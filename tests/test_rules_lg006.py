"""LG006: a floor below the advisories, told where it is declared."""

from __future__ import annotations

import pytest

from bot.model import Severity
from tests.rule_helpers import findings, lines

CODE = {"a.py": "import torch\nx = torch.load(p, weights_only=True)\n"}


@pytest.mark.parametrize(
    "text", ["torch>=2.10\n", "torch>=2.10.0,<3\n", "torch==2.13.0\n", "torch~=2.11\n", "numpy\n", "# torch>=1.0\n"]
)
def test_silent(text: str) -> None:
    assert findings("LG006", {**CODE, "requirements.txt": text}) == []


def test_silent_where_nothing_is_declared_or_nothing_is_loaded() -> None:
    assert findings("LG006", CODE) == []
    assert findings("LG006", {"requirements.txt": "torch>=1.8\n", "a.py": "import torch\n"}) == []


@pytest.mark.parametrize(
    ("text", "both"),
    [
        ("torch>=1.13\n", True),
        ("torch>=2.0,<3\n", True),
        ("torch==2.5.1\n", True),
        ("torch>=2.6\n", False),
        ("torch==2.9.1\n", False),
    ],
)
def test_admits_what_does_not_protect(text: str, both: bool) -> None:
    (found,) = findings("LG006", {**CODE, "requirements.txt": "numpy\n" + text})
    assert (found.path, found.line, found.severity) == ("requirements.txt", 2, Severity.WARNING)
    assert found.source == text.strip()
    assert ("CVE-2025-32434" in found.message) is both
    assert "CVE-2026-24747" in found.message
    assert "2.10" in found.advice


def test_no_lower_bound_is_a_note() -> None:
    (found,) = findings("LG006", {**CODE, "requirements.txt": "torch\n"})
    assert found.severity is Severity.NOTE


def test_once_for_a_project_at_the_declaration_that_counts() -> None:
    files = {
        **CODE,
        "pyproject.toml": '[project]\ndependencies = ["torch>=2.1"]\n',
        "requirements.txt": "torch>=2.3\n",
        "uv.lock": '[[package]]\nname = "torch"\nversion = "2.4.0"\n',
    }
    (found,) = findings("LG006", files)
    assert (found.path, found.line) == ("pyproject.toml", 2)


def test_each_project_of_a_monorepo() -> None:
    files = {"a/x.py": CODE["a.py"], "a/requirements.txt": "torch>=2.1\n", "b/requirements.txt": "torch>=2.12\n"}
    assert [f.path for f in findings("LG006", files)] == ["a/requirements.txt"]


def test_a_comment_of_ours_silences_it() -> None:
    assert (
        lines("LG006", {**CODE, "requirements.txt": "torch>=2.1  # loadguard: ignore[LG006] until=2999-01-01\n"}) == []
    )
