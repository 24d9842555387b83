"""The image as it ships, on the examples as they stand."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.e2e.conftest import pinned_action
from tests.e2e.machine import Machine
from tests.e2e.workspace import Workspace, rights
from tests.fake_github import READ_ONLY, FakeGitHub

READ = "import torch\n\n\ndef weights(model):\n    model.load_state_dict(torch.load('weights.pt'))\n"
SAVE = "import torch\n\n\ndef keep(model):\n    torch.save(model.state_dict(), 'weights.pt')\n"
OBJECT = "import torch\n\n\ndef whole(path):\n    model = torch.load(path)\n    model.eval()\n    return model\n"
BEFORE = {"requirements.txt": "torch>=2.3\n", "train.py": SAVE}

Place = Callable[..., Workspace]


@pytest.fixture
def github() -> Iterator[FakeGitHub]:
    with FakeGitHub() as server:
        yield server


@pytest.fixture
def place(machine: Machine, github: FakeGitHub, tmp_path: Path) -> Place:
    def make(example: str, files: dict[str, str] | None = None, **more: bool) -> Workspace:
        repository = github.create_repository({**BEFORE, **(files or {})}, **more)
        return Workspace(machine, github, repository, tmp_path, example, pinned_action())

    return make


def test_a_new_finding_fails_the_step_and_says_so_everywhere(place: Place, github: FakeGitHub) -> None:
    workspace = place("workflow-step.yml", {"old.py": READ})
    pull = github.open_pull_request(workspace.repository, {"new.py": READ})
    ran = workspace.run_pull_request(pull)
    assert ran.code == 1, ran.output
    assert ran.lines("1 new of 1 findings, 1 with a proved fix"), ran.output
    assert [line for line in ran.lines("::error ") if "file=new.py" in line and "line=5" in line], ran.output
    assert ran.lines("Summary - "), ran.output
    assert not github.mutating


def test_no_new_finding_passes(place: Place, github: FakeGitHub) -> None:
    workspace = place("workflow-step.yml", {"old.py": READ})
    pull = github.open_pull_request(workspace.repository, {"new.py": "print('hello')\n"})
    ran = workspace.run_pull_request(pull)
    assert ran.code == 0, ran.output
    assert ran.lines("0 new of"), ran.output
    assert not github.mutating


def test_the_review_arrives_and_a_second_run_writes_nothing(place: Place, github: FakeGitHub) -> None:
    workspace = place("review-comments.yml")
    pull = github.open_pull_request(workspace.repository, {"new.py": READ, "object.py": OBJECT})
    ran = workspace.run_pull_request(pull)
    assert ran.code == 1, ran.output
    assert len(pull.reviews) == 1
    bodies = {thread.path: thread.comments[0].body for thread in pull.threads}
    assert "```suggestion\n    model.load_state_dict(torch.load('weights.pt', " in bodies["new.py"]
    assert "weights_only=True" in bodies["new.py"]
    assert "```suggestion" not in bodies["object.py"]
    github.forget()
    again = workspace.run_pull_request(pull)
    assert again.code == 1, again.output
    assert not github.mutating


def test_the_fix_pull_request_is_opened_once(place: Place, github: FakeGitHub) -> None:
    workspace = place("fix-pull-request.yml", {"old.py": READ})
    ran = workspace.run_push()
    assert ran.code == 0, ran.output
    (pull,) = workspace.repository.pulls.values()
    assert pull.head_ref == "loadguard/weights-only"
    assert ran.lines("fix pull request created http"), ran.output
    (changed,) = github.files_of(workspace.repository, pull)
    assert "weights_only=True" in changed.patch
    github.forget()
    again = workspace.run_push()
    assert again.lines("fix pull request unchanged http"), again.output
    assert not github.mutating


def test_actions_may_not_open_pull_requests(place: Place, github: FakeGitHub) -> None:
    """The organisation's switch: the branch is pushed, the switch is named, the page that opens it is linked."""
    workspace = place("fix-pull-request.yml", {"old.py": READ}, actions_may_open_pulls=False)
    ran = workspace.run_push()
    assert not workspace.repository.pulls
    assert workspace.repository.git.resolve("loadguard/weights-only"), ran.output
    assert ran.lines("fix pull request branch http"), ran.output
    assert "/compare/main...loadguard/weights-only" in ran.output
    assert "create and approve pull requests" in ran.output or "pull-requests: write" in ran.output, ran.output


def test_a_token_that_may_not_write_is_named(place: Place, github: FakeGitHub) -> None:
    workspace = place("review-comments.yml")
    pull = github.open_pull_request(workspace.repository, {"new.py": READ})
    readonly = github.new_token(permissions=rights("workflow-step.yml"))
    ran = workspace.run_pull_request(pull, token=readonly)
    assert "pull-requests: write" in ran.output, ran.output
    assert [line for line in ran.lines("::error ") if "file=new.py" in line], ran.output
    assert not pull.reviews


def test_each_project_of_a_monorepo_has_its_own_check(place: Place, github: FakeGitHub) -> None:
    workspace = place("monorepo.yml", {"services/ranking/ok.py": "print('hello')\n"})
    pull = github.open_pull_request(workspace.repository, {"research/new.py": READ, "elsewhere/new.py": READ})
    ran = workspace.run_pull_request(pull)
    ends = {path: ran.lines(f"torch.load in {path}") for path in ("services/ranking", "research")}
    assert [line for line in ends["services/ranking"] if "Success - Main loadguard/" in line], ran.output
    assert [line for line in ends["research"] if "Failure - Main loadguard/" in line], ran.output
    assert ran.lines("::error file=research/new.py"), ran.output
    assert "elsewhere/new.py" not in ran.output
    assert not github.mutating


def test_a_fork_is_told_in_annotations_and_nothing_is_tried(place: Place, github: FakeGitHub) -> None:
    """GitHub hands a fork's run a token that only reads, whatever the workflow asks for."""
    workspace = place("review-comments.yml")
    fork = github.fork(workspace.repository, "mallory")
    pull = github.open_pull_request(workspace.repository, {"new.py": READ}, author="mallory", head=fork)
    ran = workspace.run_pull_request(pull, token=github.new_token(permissions=READ_ONLY))
    assert ran.code == 1, ran.output
    assert [line for line in ran.lines("::error ") if "file=new.py" in line], ran.output
    assert not github.mutating


def test_code_scanning_gets_a_sarif_file(place: Place, github: FakeGitHub) -> None:
    workspace = place("code-scanning.yml", {"old.py": READ})
    ran = workspace.run_push()
    assert ran.code == 0, ran.output
    assert ran.lines("uploading loadguard.sarif"), ran.output
    assert "LG001" in ran.output
    assert not github.mutating
