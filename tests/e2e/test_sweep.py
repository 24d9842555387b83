"""The reusable workflow of a sweep as it ships, called as the example calls it: a job a shard, state in artifacts.

What it comes to is held against the same commands typed one after the other over the same organisation.
"""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from bot.edge.github.state_branch import BRANCH
from bot.main import run
from tests.e2e.conftest import pinned_action
from tests.e2e.machine import ROOT, Machine, Ran
from tests.e2e.workspace import RUNNER, git, pointed_at, read_example, repository_of, stand_in
from tests.fake_github import FakeGitHub

SAVE = "import torch\n\n\ndef keep(model):\n    torch.save(model.state_dict(), 'weights.pt')\n"
READ = "import torch\n\n\ndef weights(model):\n    model.load_state_dict(torch.load('weights.pt'))\n"
OBJECT = "import torch\n\n\ndef whole(path):\n    model = torch.load(path)\n    model.eval()\n    return model\n"
CLEAN = "print('hello')\n"
FIXABLE = {"requirements.txt": "torch>=2.3\n", "train.py": SAVE, "serve.py": READ}

POLICY = "sweep:\n  shard_size: 2\n  publish:\n    mode: all\n"
ORGANISATION: dict[str, dict[str, str]] = {
    "sweeps": {".github/loadguard.yml": POLICY, "README.md": "# Sweeps\n"},
    "alpha": FIXABLE,
    "beta": {"whole.py": OBJECT},
    "gamma": {**FIXABLE, ".github/loadguard.yml": "fix: pr\n"},
    "delta": {"hello.py": CLEAN},
    "epsilon": {**FIXABLE, "old.py": OBJECT},
    "zeta": {"README.md": "# No Python here\n"},
}


def organisation(github: FakeGitHub) -> None:
    for name, files in ORGANISATION.items():
        languages = ("Python",) if any(path.endswith(".py") for path in files) else ("HTML",)
        github.create_repository(files, slug=f"acme/{name}", languages=languages)


@pytest.fixture
def github() -> Iterator[FakeGitHub]:
    with FakeGitHub() as server:
        organisation(server)
        yield server


def called(github: FakeGitHub, machine: Machine, folder: Path) -> Ran:
    """Run the example in a checkout of acme/sweeps, each job with a workspace of its own."""
    checkout = folder / "sweeps"
    if not checkout.exists():
        git(folder, "clone", "--quiet", str(github.repositories["acme/sweeps"].git.path), "sweeps")
        git(checkout, "remote", "set-url", "origin", "https://github.com/acme/sweeps.git")
        example = read_example("sweep.yml")
        secrets = {"read-token": "${{ secrets.READ_TOKEN }}", "write-token": "${{ secrets.WRITE_TOKEN }}"}
        example["jobs"]["sweep"]["secrets"] = secrets
        example["on"] = example.pop(True)
        (checkout / ".github/workflows").mkdir(parents=True)
        (checkout / ".github/workflows/sweep.yml").write_text(yaml.safe_dump(example))
        subprocess.run(["chown", "-R", f"{RUNNER}:{RUNNER}", checkout], check=True)
    (folder / "event.json").write_text(json.dumps({"repository": {"full_name": "acme/sweeps"}}))
    shutil.rmtree(folder / "artifacts", ignore_errors=True)
    (folder / "artifacts").mkdir()
    actions = {repository_of(name): stand_in(name, folder) for name in _used()}
    actions[pinned_action()] = loadguard(github, folder / "loadguard")
    return machine.act(
        checkout,
        "workflow_dispatch",
        folder / "event.json",
        actions=actions,
        secrets=tokens(github),
        artifacts=folder / "artifacts",
    )


def _used() -> set[str]:
    text = (ROOT / ".github/workflows/sweep.yml").read_text()
    return {name for name in re.findall(r"uses: (\S+)", text) if not name.startswith("loadguard/")}


def loadguard(github: FakeGitHub, folder: Path) -> Path:
    """The repository that the example names: the action, whose image is built, and the workflow, told where GitHub is."""
    folder.mkdir(exist_ok=True)
    for name in ("action.yml", "Dockerfile"):
        shutil.copy(ROOT / name, folder)
    workflow: dict[Any, Any] = yaml.safe_load((ROOT / ".github/workflows/sweep.yml").read_text())
    (folder / ".github/workflows").mkdir(parents=True, exist_ok=True)
    (folder / ".github/workflows/sweep.yml").write_text(pointed_at(github, workflow))
    return folder


def tokens(github: FakeGitHub) -> dict[str, str]:
    """The job's own for the state and the dashboard, one that reads, one that opens pull requests."""
    home = {"contents": "write", "issues": "write", "metadata": "read"}
    reads = {"contents": "read", "metadata": "read", "pull_requests": "read"}
    writes = {"contents": "write", "pull_requests": "write", "checks": "read", "metadata": "read"}
    return {
        "GITHUB_TOKEN": github.new_token(permissions=home).text,
        "READ_TOKEN": github.new_token(permissions=reads).text,
        "WRITE_TOKEN": github.new_token(permissions=writes).text,
    }


def typed(github: FakeGitHub, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The same sweep as one person types it, in one shard."""
    git(folder, "clone", "--quiet", str(github.repositories["acme/sweeps"].git.path), ".")
    monkeypatch.chdir(folder)
    for name, value in {
        "LOADGUARD_TOKEN": github.token.text,
        "GITHUB_API_URL": github.api_url,
        "GITHUB_SERVER_URL": github.web,
    }.items():
        monkeypatch.setenv(name, value)
    monkeypatch.delenv("GITHUB_REPOSITORY", raising=False)
    assert run(["sweep", "plan", "org:acme"]) == 0
    for stage in ("run", "publish", "report"):
        assert run(["sweep", stage]) == 0


def came_to(github: FakeGitHub, report: Path) -> dict[str, Any]:
    """What a sweep found and opened, without moments, durations and the server's address."""
    text = report.read_text().replace(github.web, "https://github.com")
    text = re.sub(r"\b[0-9a-f]{40}\b", "SHA", re.sub(r'"\d{4}-\d\d-\d\dT[^"]*"', '"MOMENT"', text))
    data = json.loads(text)
    pulls = {
        slug: [(pull.title, pull.head_ref, files.path, files.patch) for files in github.files_of(each, pull)]
        for slug, each in github.repositories.items()
        for pull in each.pulls.values()
    }
    return {"report": _without(data, {"seconds", "shard", "shards", "requests", "downloaded"}), "pulls": pulls}


def _without(data: Any, names: set[str]) -> Any:
    if isinstance(data, dict):
        return {key: _without(value, names) for key, value in data.items() if key not in names}
    return [_without(each, names) for each in data] if isinstance(data, list) else data


def test_three_jobs_come_to_what_one_does_and_a_second_night_opens_nothing(
    machine: Machine, github: FakeGitHub, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "jobs").mkdir()
    ran = called(github, machine, tmp_path / "jobs")
    assert ran.code == 0, ran.output
    shards = sorted(each.name for each in (tmp_path / "jobs/artifacts").glob("loadguard-sweep-shard-*"))
    assert len(shards) == 3, shards
    assert f"refs/heads/{BRANCH}" in github.repositories["acme/sweeps"].git.refs()
    with FakeGitHub() as other:
        organisation(other)
        (tmp_path / "typed").mkdir()
        typed(other, tmp_path / "typed", monkeypatch)
        expected = came_to(other, tmp_path / "typed/.loadguard-sweep/report/report.json")
    found = came_to(github, tmp_path / "jobs/artifacts/loadguard-sweep-report/report.json")
    assert found["pulls"].keys() == {"acme/alpha", "acme/gamma", "acme/epsilon"}
    assert found == expected

    github.forget()
    again = called(github, machine, tmp_path / "jobs")
    assert again.code == 0, again.output
    assert not list((tmp_path / "jobs/artifacts").glob("loadguard-sweep-shard-*")), "nothing has changed"
    written = [each for each in github.mutating if "acme/sweeps" not in str(each)]
    assert all("updateRefs" in str(each.body) for each in written), "the state's branch, and nothing of others"
