"""The nouns' front door: everything it names is there, and nothing is made before it is asked for."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

import pytest

import bot.model


def test_every_noun_is_there() -> None:
    assert all(getattr(bot.model, name).__module__ for name in bot.model.__all__ if name[1].islower())
    assert all(getattr(bot.model, name) for name in bot.model.__all__)


def test_what_is_imported_for_types_is_what_is_made() -> None:
    tree = ast.parse(Path(bot.model.__file__).read_text())
    typed = {
        node.module.rpartition(".")[2]: [alias.name for alias in node.names]
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom) and node.module and node.module.startswith("bot.model.")
    }
    assert typed == {home: nouns.split() for home, nouns in bot.model._HOMES.items()}
    assert sorted(bot.model.__all__) == sorted(name for nouns in typed.values() for name in nouns)


def test_another_name_is_none_of_ours() -> None:
    with pytest.raises(AttributeError, match="Nouns"):
        bot.model.Nouns  # noqa: B018


def test_a_scan_makes_no_noun_of_the_forge() -> None:
    say = "import sys, bot.cli.scan, bot.activities.scanning; print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", say], capture_output=True, text=True, check=True)
    made = set(done.stdout.split())
    assert "bot.model.finding" in made and not made & {"bot.model.forge", "bot.model.change"}
