"""The stages of a sweep as steps of jobs: inputs in, outputs out, the state in files and on its branch."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from bot.edge.github.state_branch import BRANCH
from bot.edge.store import Store
from bot.errors import ExitCode
from bot.main import run
from bot.settings import OUTPUTS
from tests.fake_github import FakeGitHub
from tests.test_runner import parse_outputs

SAVE = "import torch\n\n\ndef keep(model):\n    torch.save(model.state_dict(), 'weights.pt')\n"
READ = "import torch\n\n\ndef weights(model):\n    model.load_state_dict(torch.load('weights.pt'))\n"
FIXABLE = {"requirements.txt": "torch>=2.3\n", "train.py": SAVE, "serve.py": READ}
POLICY = "sweep:\n  targets: [org:acme]\n  shard_size: 1\n  publish:\n    mode: all\n    dashboard: false\n"


class Jobs:
    """The jobs of a workflow of acme/sweeps: each has a workspace of its own, with the files that it is handed."""

    def __init__(self, github: FakeGitHub, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        self.github, self.folder, self.monkeypatch = github, folder, monkeypatch
        self.policy = POLICY
        self.outputs: dict[str, str] = {}
        self.summary = ""

    def job(self, name: str, stage: str, *given: str, **inputs: str) -> int:
        """Run `stage` in the workspace `name`; `given` are files of other jobs' state folders, such as `plan/*`."""
        workspace = self.folder / name
        state = workspace / ".loadguard-sweep"
        state.mkdir(parents=True, exist_ok=True)
        (workspace / ".github").mkdir(exist_ok=True)
        (workspace / ".github/loadguard.yml").write_text(self.policy)
        for each in given:
            job, _, pattern = each.partition("/")
            for file in (self.folder / job / ".loadguard-sweep").glob(pattern):
                shutil.copy(file, state)
        for each in ("outputs", "summary"):
            (self.folder / each).write_text("")
        for key, value in {**self._environ(workspace), **_inputs(sweep=stage, **inputs)}.items():
            self.monkeypatch.setenv(key, value)
        self.monkeypatch.chdir(workspace)
        try:
            return run(["action"])
        finally:
            self.outputs = parse_outputs((self.folder / "outputs").read_text())
            self.summary = (self.folder / "summary").read_text()

    def _environ(self, workspace: Path) -> dict[str, str]:
        return {
            "GITHUB_REPOSITORY": "acme/sweeps",
            "GITHUB_WORKSPACE": str(workspace),
            "GITHUB_OUTPUT": str(self.folder / "outputs"),
            "GITHUB_STEP_SUMMARY": str(self.folder / "summary"),
            "GITHUB_SERVER_URL": self.github.web,
            **_inputs(github_api_url=self.github.api_url, github_token=self.github.token.text),
            **_inputs(sweep_state_token=self.home.text, sweep_shard="", dry_run="false"),
        }

    @property
    def home(self):  # type: ignore[no-untyped-def]
        """The job's own token, for nothing but the calling repository."""
        if not hasattr(self, "_home"):
            self._home = self.github.new_token(permissions={"contents": "write", "issues": "write"})
        return self._home


def _inputs(**values: str) -> dict[str, str]:
    return {f"INPUT_{name.upper().replace('_', '-')}": value for name, value in values.items()}


@pytest.fixture
def jobs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Jobs]:
    with FakeGitHub() as github:
        home = {".github/loadguard.yml": POLICY, "README.md": "# Sweeps\n"}
        github.create_repository(home, slug="acme/sweeps", languages=("HTML",))
        for name in ("alpha", "beta"):
            github.create_repository(FIXABLE, slug=f"acme/{name}")
        yield Jobs(github, tmp_path, monkeypatch)


def test_a_night_in_four_jobs(jobs: Jobs) -> None:
    assert jobs.job("plan", "plan") == ExitCode.CLEAN
    assert [*jobs.outputs] == [each.name for each in OUTPUTS]
    assert jobs.outputs["shards"] == "2"
    shards = json.loads(jobs.outputs["matrix"])["include"]
    assert shards == [{"shard": "1/2", "name": "1-of-2"}, {"shard": "2/2", "name": "2-of-2"}]
    for each in shards:
        assert jobs.job(each["name"], "run", "plan/state.sqlite", sweep_shard=each["shard"]) == ExitCode.CLEAN
        assert jobs.outputs["findings"] == "2", jobs.summary
    given = ("plan/state.sqlite", "1-of-2/shard-*", "2-of-2/shard-*")
    assert jobs.job("publish", "publish", *given) == ExitCode.CLEAN
    assert jobs.outputs["pull-requests"] == "2"
    assert jobs.outputs["halted"] == ""
    assert jobs.outputs["exit-code"] == "0"
    assert "acme/alpha" in jobs.summary
    assert jobs.job("report", "report", "publish/state.sqlite") == ExitCode.CLEAN
    page = jobs.folder / "report/.loadguard-sweep/report/index.html"
    assert "acme/beta" in page.read_text()
    assert sum(len(each.pulls) for each in jobs.github.repositories.values()) == 2


def test_the_next_night_knows_what_the_last_one_read(jobs: Jobs) -> None:
    test_a_night_in_four_jobs(jobs)
    assert f"refs/heads/{BRANCH}" in jobs.github.repositories["acme/sweeps"].git.refs()
    jobs.github.forget()
    assert jobs.job("next", "plan") == ExitCode.CLEAN
    assert jobs.outputs["shards"] == "0"
    assert json.loads(jobs.outputs["matrix"]) == {"include": []}
    assert jobs.job("next-publish", "publish", "next/state.sqlite") == ExitCode.CLEAN
    assert jobs.outputs["pull-requests"] == "0"
    elsewhere = [each for each in jobs.github.mutating if "acme/sweeps" not in str(each)]
    assert all("updateRefs" in str(each.body) for each in elsewhere), "the state's branch, and nothing of others"


def test_a_shard_whose_job_died_is_scanned_by_the_next_night(jobs: Jobs) -> None:
    assert jobs.job("plan", "plan") == ExitCode.CLEAN
    assert jobs.job("one", "run", "plan/state.sqlite", sweep_shard="1/2") == ExitCode.CLEAN
    assert jobs.job("publish", "publish", "plan/state.sqlite", "one/shard-*") == ExitCode.CLEAN
    assert jobs.outputs["pull-requests"] == "1"
    assert jobs.job("next", "plan") == ExitCode.CLEAN
    assert jobs.outputs["shards"] == "1"


def test_a_dry_run_writes_nothing_anywhere(jobs: Jobs) -> None:
    jobs.job("plan", "plan")
    jobs.job("one", "run", "plan/state.sqlite", sweep_shard="1/2")
    jobs.github.forget()
    assert jobs.job("publish", "publish", "plan/state.sqlite", "one/shard-*", dry_run="true") == ExitCode.CLEAN
    assert not jobs.github.mutating
    assert "would" in jobs.summary


def test_two_publishing_jobs_at_once_lose_no_scan(jobs: Jobs) -> None:
    jobs.job("plan", "plan")
    for number in (1, 2):
        jobs.job(f"job{number}", "run", "plan/state.sqlite", sweep_shard=f"{number}/2")
    jobs.job("publish1", "publish", "plan/state.sqlite", "job1/shard-*")
    jobs.job("publish2", "publish", "plan/state.sqlite", "job2/shard-*")
    with closing(Store(jobs.folder / "publish2/.loadguard-sweep/state.sqlite")) as store:
        assert len(store.bases()) == 2


def test_a_broken_state_branch_is_told_with_the_way_out(jobs: Jobs) -> None:
    jobs.github.commit(jobs.github.repositories["acme/sweeps"], {"state.json": "{}"}, branch=BRANCH)
    assert jobs.job("plan", "plan") == ExitCode.FORGE
    assert "holds no state of a sweep" in jobs.outputs["exit-reason"]
    assert jobs.outputs["exit-code"] == "3"
    assert "Delete the branch" in jobs.summary


def test_a_token_that_may_not_keep_the_state_is_told_the_permission(jobs: Jobs) -> None:
    jobs.job("plan", "plan")
    jobs._home = jobs.github.new_token(permissions={"contents": "read"})
    assert jobs.job("publish", "publish", "plan/state.sqlite") == ExitCode.FORGE
    assert "contents: write" in jobs.outputs["exit-reason"]


def test_a_stage_that_is_none_is_told(jobs: Jobs) -> None:
    assert jobs.job("plan", "plam") == ExitCode.USAGE
