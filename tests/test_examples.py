"""Each example, pasted as it stands: inputs and outputs that exist, the least rights, all pinned."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml

from bot.settings import read_settings

ROOT = Path(__file__).resolve().parents[1]
WORKFLOWS = sorted((ROOT / "examples").glob("*.yml"))
ACTION: dict[str, Any] = yaml.safe_load((ROOT / "action.yml").read_text())

RIGHTS = {
    "workflow-step.yml": {"contents": "read", "pull-requests": "read"},
    "monorepo.yml": {"contents": "read", "pull-requests": "read"},
    "review-comments.yml": {"contents": "read", "pull-requests": "write"},
    "fork-comments.yml": {"contents": "read", "pull-requests": "write"},
    "fix-pull-request.yml": {"contents": "write", "pull-requests": "write"},
    "code-scanning.yml": {"contents": "read", "security-events": "write"},
}
"""The least that each needs; tests/e2e runs them with tokens of just these rights."""


def load(path: Path) -> dict[Any, Any]:
    loaded: dict[Any, Any] = yaml.safe_load(path.read_text())
    return loaded


def steps(path: Path) -> list[dict[str, Any]]:
    return [step for job in load(path)["jobs"].values() for step in job.get("steps", ())]


def ours(path: Path) -> list[dict[str, Any]]:
    return [step for step in steps(path) if step.get("uses", "").startswith("loadguard/loadguard")]


every_workflow = pytest.mark.parametrize("path", WORKFLOWS, ids=lambda path: path.name)


@every_workflow
def test_every_action_is_pinned_with_its_version_beside_it(path: Path) -> None:
    for line in re.findall(r"uses: .+", path.read_text()):
        assert re.fullmatch(r"uses: [\w./-]+@[0-9a-f]{40} # v?\d+\.\d+\.\d+", line), line


@every_workflow
def test_every_job_asks_for_the_least_it_needs(path: Path) -> None:
    if not ours(path):
        pytest.skip("does not use the action; its own test checks it")
    assert load(path)["permissions"] == {}
    asked: dict[str, str] = {}
    for job in load(path)["jobs"].values():
        asked |= job["permissions"]
    assert asked == RIGHTS[path.name]


@every_workflow
def test_every_input_exists_and_takes_the_value(path: Path) -> None:
    for step in ours(path):
        given = step.get("with", {})
        assert set(given) <= set(ACTION["inputs"])
        assert all(isinstance(value, str) for value in given.values()), (
            "YAML would read off, on or 2.10 as something else"
        )
        read_settings({f"INPUT_{name.upper()}": value for name, value in given.items()})


@every_workflow
def test_every_output_that_is_read_exists(path: Path) -> None:
    ids = {step["id"] for step in ours(path) if "id" in step}
    for step_id, output in re.findall(r"steps\.([\w-]+)\.outputs\.([\w-]+)", path.read_text()):
        if step_id in ids:
            assert output in ACTION["outputs"]


def git(*words: str) -> subprocess.CompletedProcess[str]:
    command = ["git", "-c", "safe.directory=*", *words]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)


@every_workflow
def test_the_pinned_commit_is_ours_and_knows_the_inputs(path: Path) -> None:
    for step in ours(path):
        sha = step["uses"].rpartition("@")[2]
        shown = git("show", f"{sha}:action.yml")
        if shown.returncode and git("rev-parse", "--is-shallow-repository").stdout.strip() != "false":
            pytest.skip("not a full clone: the pinned commit cannot be looked up")
        assert not shown.returncode, f"{path.name} pins {sha}, which this history does not have: make pin"
        assert set(step.get("with", {})) <= set(yaml.safe_load(shown.stdout)["inputs"])


def test_all_examples_pin_the_same_commit() -> None:
    texts = [path.read_text() for path in WORKFLOWS] + [(ROOT / "README.md").read_text()]
    pins = {sha for text in texts for sha in re.findall(r"loadguard/loadguard@([0-9a-f]{40})", text)}
    rev = re.findall(r"rev: ([0-9a-f]{40})", (ROOT / "examples/pre-commit-config.yaml").read_text())
    assert pins == set(rev)


def test_every_example_is_in_the_readme() -> None:
    readme = (ROOT / "README.md").read_text()
    names = [path.name for path in (ROOT / "examples").iterdir() if path.is_file()]
    assert [name for name in names if f"examples/{name}" not in readme] == []
