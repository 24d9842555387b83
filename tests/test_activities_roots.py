"""Where a scan stands: enough for the evidence, never a whole disk, and never blind to what was named."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.activities.roots import common_root
from bot.activities.scanning import scan_paths
from bot.policy import Policy

UNSAFE = "import torch\n\nmodel = torch.load(p)\nmodel.eval()\n"


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder of two repositories, one plain project and a folder of several."""
    monkeypatch.setenv("HOME", str(tmp_path))
    for name in ("one", "two"):
        (tmp_path / name / ".git").mkdir(parents=True)
        (tmp_path / name / "deep").mkdir()
        (tmp_path / name / "deep/a.py").write_text(UNSAFE)
    (tmp_path / "plain/examples").mkdir(parents=True)
    (tmp_path / "plain/setup.py").write_text("")
    (tmp_path / "plain/examples/requirements.txt").write_text("")
    (tmp_path / "plain/examples/a.py").write_text(UNSAFE)
    (tmp_path / "many/first/pkg").mkdir(parents=True)
    (tmp_path / "many/first/pyproject.toml").write_text("")
    (tmp_path / "many/first/pkg/a.py").touch()
    (tmp_path / "many/other").mkdir()
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.mark.parametrize(
    ("folder", "named", "root"),
    [
        (".", ["one/deep/a.py"], "one"),
        (".", ["one", "two"], "."),
        (".", ["plain/examples/a.py"], "plain"),
        ("one", ["deep/a.py"], "one"),
        ("one/deep", ["a.py"], "one/deep"),
        ("one/deep", ["../../two/deep"], "two/deep"),
        ("plain", ["examples"], "plain"),
        ("many", ["first"], "many/first"),
        ("many", ["first/pkg/a.py"], "many/first"),
        ("many", ["first", "other"], "many"),
        ("many", ["other"], "many"),
        ("plain/examples", ["."], "plain/examples"),
        ("plain/examples", [], "plain/examples"),
    ],
)
def test_the_root(folder: str, named: list[str], root: str, home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(home / folder)
    assert common_root([Path(each) for each in named]) == home / root


def test_the_whole_disk_is_never_walked(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir("/")
    assert common_root([home / "one/deep/a.py"]) == home / "one"
    assert scan_paths([home / "one/deep/a.py"], policy=Policy()).files_scanned == 1


def test_repositories_that_are_named_are_scanned(home: Path) -> None:
    report = scan_paths([Path("one"), Path("two/deep/a.py")], policy=Policy())
    assert [each.path for each in report.findings] == ["one/deep/a.py", "two/deep/a.py"]
    assert report.notices == ()


def test_a_nested_repository_that_nobody_named_is_another_project(home: Path) -> None:
    report = scan_paths([Path()], policy=Policy())
    assert [each.path for each in report.findings] == ["plain/examples/a.py"]
    assert [each.partition(":")[0] for each in report.notices] == ["one", "two"]
