"""examples/checkpoints.yml: its own shell lines, run on pull requests that bring checkpoints."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).resolve().parents[1]
STEPS = yaml.safe_load((ROOT / "examples/checkpoints.yml").read_text())["jobs"]["smoke"]["steps"]
(LOAD,) = [step["run"] for step in STEPS if step.get("name") == "Load"]


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    """A repository whose first commit holds a good checkpoint; the four of the demo lie beside it."""
    made = tmp_path / "made"
    made.mkdir()
    subprocess.run([sys.executable, ROOT / "examples/demo/checkpoints.py", made], check=True)
    repository = tmp_path / "repository"
    repository.mkdir()
    git(repository, "init", "--quiet", "--initial-branch=main")
    (repository / "model.pt").write_bytes((made / "good.pt").read_bytes())
    commit(repository)
    git(repository, "branch", "base")
    return repository


def git(repository: Path, *words: str) -> None:
    who = ["-c", "user.name=A", "-c", "user.email=a@example.invalid", "-c", "commit.gpgsign=false"]
    subprocess.run(["git", *who, *words], cwd=repository, check=True)


def commit(repository: Path) -> None:
    git(repository, "add", ".")
    git(repository, "commit", "--quiet", "--message=Work")


def load(repository: Path) -> subprocess.CompletedProcess[str]:
    """The step as the runner runs it: `bash -e`, with `loadguard` on the path."""
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    environ = {"PATH": path, "HOME": str(repository.parent), "RUNNER_TEMP": str(repository.parent), "BASE": "base"}
    return subprocess.run(
        ["bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", LOAD],
        cwd=repository, env=environ, capture_output=True, text=True, check=False,
    )  # fmt: skip


def test_a_pull_request_without_checkpoints(repository: Path) -> None:
    (repository / "a.py").write_text("print('hello')\n")
    commit(repository)
    ran = load(repository)
    assert (ran.returncode, ran.stdout) == (0, ""), ran.stderr


def test_a_good_checkpoint_beside_an_unchanged_one(repository: Path) -> None:
    (repository / "-odd name.pt").write_bytes((repository.parent / "made/good.pt").read_bytes())
    commit(repository)
    ran = load(repository)
    assert ran.returncode == 0, ran.stdout + ran.stderr
    assert "-odd name.pt" in ran.stdout
    assert "model.pt" not in ran.stdout


def test_a_malicious_one_that_replaces_a_good_one(repository: Path) -> None:
    (repository / "model.pt").write_bytes((repository.parent / "made/malicious.pt").read_bytes())
    commit(repository)
    ran = load(repository)
    assert ran.returncode != 0
    assert "model.pt: CK101" in ran.stdout, ran.stdout + ran.stderr


def test_the_policy_is_the_bases(repository: Path) -> None:
    """A pull request that brings a policy which silences everything is judged by the one that stood before."""
    (repository / ".github").mkdir()
    (repository / ".github/loadguard.yml").write_text("rules:\n  CK101: off\n")
    (repository / "model.pt").write_bytes((repository.parent / "made/malicious.pt").read_bytes())
    commit(repository)
    assert "model.pt: CK101" in load(repository).stdout
