"""The hooks of .pre-commit-hooks.yaml: what pre-commit would run, run on files; tests/e2e runs pre-commit itself."""

from __future__ import annotations

import shlex
from pathlib import Path
from typing import Any

import pytest
import yaml

from bot.main import run

ROOT = Path(__file__).resolve().parents[1]
HOOKS: dict[str, dict[str, Any]] = {
    hook["id"]: hook for hook in yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text())
}
UNSAFE = "import torch\n\nmodel.load_state_dict(torch.load('weights.pt'))\n"
SAVE = "import torch\n\ntorch.save(model.state_dict(), 'weights.pt')\n"


def run_hook(name: str, *files: str) -> int:
    """What pre-commit does after it has installed us: the entry, then the names of the staged files."""
    command, *words = shlex.split(HOOKS[name]["entry"])
    assert command == "loadguard"
    return run([*words, *files])


@pytest.fixture
def repository(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "read.py").write_text(UNSAFE)
    (tmp_path / "write.py").write_text(SAVE)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_the_example_uses_every_hook() -> None:
    (entry,) = yaml.safe_load((ROOT / "examples/pre-commit-config.yaml").read_text())["repos"]
    assert {hook["id"] for hook in entry["hooks"]} == set(HOOKS)


def test_hooks_run_on_files_that_are_scanned_and_no_others() -> None:
    for hook in HOOKS.values():
        assert hook["language"] == "python"
        assert hook["types_or"] == ["python", "jupyter"]
        assert hook["require_serial"] is True, "two processes at once would judge each half of a project"


def test_report(repository: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run_hook("loadguard", "read.py") == 1
    assert "read.py:3" in capsys.readouterr().out
    assert run_hook("loadguard", "write.py") == 0


def test_fix(repository: Path) -> None:
    run_hook("loadguard-fix", "read.py")
    assert "weights_only=True" in (repository / "read.py").read_text()
    assert (repository / "write.py").read_text() == SAVE
    assert run_hook("loadguard-fix", "read.py") == 0
    assert run_hook("loadguard", "read.py") == 0
