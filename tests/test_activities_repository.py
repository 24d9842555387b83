"""A branch's fix pull request over its life on the test server: pushes, and people who merge, close, commit, revert."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from bot.errors import ForgeError
from bot.model import Severity
from bot.policy import FixMode, FixPullRequestPolicy, ProjectPolicy
from tests.fake_github import FakeGitHub, Pull, Repository
from tests.stage import FIX, Stage, mutating

HEADER = "import torch\n\n\n"
SAFE = "def restore(model):\n    model.load_state_dict(torch.load('a.pt'))\n"
OTHER = "\n\ndef resume(net):\n    net.load_state_dict(torch.load('b.pt'))\n"
FILES = {"train.py": HEADER + SAFE, "tool.py": "#!/usr/bin/env python3\n" + HEADER + SAFE, "README.md": "hi\n"}
NAME = "loadguard/weights-only"


@pytest.fixture
def github() -> Iterator[FakeGitHub]:
    with FakeGitHub() as server:
        yield server


@pytest.fixture
def repository(github: FakeGitHub) -> Repository:
    return github.create_repository(FILES, modes={"tool.py": "100755"})


@pytest.fixture
def stage(github: FakeGitHub, repository: Repository, tmp_path: Path) -> Stage:
    return Stage(github, repository, tmp_path)


def fixes(repository: Repository) -> list[Pull]:
    return [pull for pull in repository.pulls.values() if pull.head_ref.startswith("loadguard/")]


def test_the_first_run_opens_it_and_the_second_does_nothing(
    github: FakeGitHub, stage: Stage, repository: Repository
) -> None:
    outcome = stage.push()
    [fix] = fixes(repository)
    assert (fix.head_ref, fix.base_ref, fix.title) == (NAME, "main", "Load checkpoints with weights_only=True")
    assert (outcome.exit_code, outcome.pull_request_operation) == (0, "created")
    assert stage.text(NAME, "train.py") == FILES["train.py"].replace("'a.pt'", "'a.pt', weights_only=True")
    assert repository.git.run("ls-tree", NAME, "tool.py").decode().startswith("100755")
    assert "`train.py:5`" in fix.body and "CVE-2025-32434" in fix.body and "CVE-2026-24747" in fix.body
    github.forget()
    again = stage.push()
    assert mutating(github) == [] and again.pull_request_operation == "unchanged"
    assert len(github.requests) <= 4, [str(each) for each in github.requests]


def test_only_what_a_push_brings_fails_it(github: FakeGitHub, stage: Stage, repository: Repository) -> None:
    before = repository.git.resolve("main") or ""
    assert stage.push().exit_code == 0
    github.commit(repository, {"new.py": HEADER + OTHER})
    pushed = stage.push(before=before)
    assert pushed.exit_code == 1 and [each.path for each in pushed.report.findings if each.new] == ["new.py"]
    assert stage.push(before="0" * 40).exit_code == 0, "a commit nobody has"


def test_a_base_that_moves_elsewhere_moves_no_branch(github: FakeGitHub, stage: Stage, repository: Repository) -> None:
    stage.push()
    tip = repository.git.resolve(NAME)
    github.commit(repository, {"README.md": "more\n"})
    github.forget()
    stage.push()
    assert repository.git.resolve(NAME) == tip and mutating(github) == []


def test_new_findings_move_it(github: FakeGitHub, stage: Stage, repository: Repository) -> None:
    stage.push()
    github.commit(repository, {"train.py": HEADER + SAFE + OTHER})
    outcome = stage.push()
    assert outcome.pull_request_operation == "updated" and len(fixes(repository)) == 1
    assert stage.text(NAME, "train.py").count("weights_only=True") == 2
    assert "resume" in stage.text(NAME, "train.py") and "`train.py:9`" in fixes(repository)[0].body


def test_somebody_elses_commit_makes_it_theirs(github: FakeGitHub, stage: Stage, repository: Repository) -> None:
    stage.push()
    github.commit(repository, {"train.py": "theirs\n"}, branch=NAME)
    github.commit(repository, {"train.py": HEADER + SAFE + OTHER})
    github.forget()
    outcome = stage.push()
    assert mutating(github) == [] and stage.text(NAME, "train.py") == "theirs\n"
    assert any("left alone" in each for each in outcome.written)


def test_closed_means_no(github: FakeGitHub, stage: Stage, repository: Repository) -> None:
    stage.push()
    [fix] = fixes(repository)
    github.close(fix)
    github.forget()
    stage.push()
    assert mutating(github) == [] and len(fixes(repository)) == 1
    github.commit(repository, {"new.py": HEADER + OTHER})
    waiting = stage.push()
    assert mutating(github) == [] and any("wait until" in each for each in waiting.written)
    later = replace(stage, now=stage.now + timedelta(days=31), folder=stage.folder / "later")
    later.push()
    assert len(fixes(repository)) == 2
    assert repository.git.run("diff", "--name-only", "main", NAME).decode().split() == ["new.py"], (
        "only what it did not have"
    )
    assert "closed unmerged" in fixes(repository)[1].body


def test_merged_and_done(github: FakeGitHub, stage: Stage, repository: Repository) -> None:
    stage.push()
    [fix] = fixes(repository)
    github.commit(repository, {path: stage.text(NAME, path) for path in ("train.py", "tool.py")})
    github.close(fix, merged=True)
    github.forget()
    assert stage.push().exit_code == 0 and mutating(github) == []
    github.commit(repository, {"new.py": HEADER + OTHER})
    stage.push()
    assert len(fixes(repository)) == 2 and fixes(repository)[1].state == "open"


def test_fixed_by_hand_closes_it_with_a_sentence(github: FakeGitHub, stage: Stage, repository: Repository) -> None:
    stage.push()
    github.commit(repository, {"train.py": "x = 1\n", "tool.py": None})
    outcome = stage.push()
    [fix] = fixes(repository)
    assert fix.state == "closed" and "no longer needed" in fix.body and outcome.pull_request_operation == "closed"
    github.forget()
    stage.push()
    assert mutating(github) == []
    github.commit(repository, FILES)
    stage.push()
    assert len(fixes(repository)) == 2, "our own closing is no refusal"


@pytest.mark.parametrize("write", range(1, 5))
def test_a_kill_between_any_two_writes_is_caught_up_with(
    github: FakeGitHub, stage: Stage, repository: Repository, write: int
) -> None:
    """The request fails after its work was done and the run ends there; the next one finds the same end state."""
    stage.push()
    expected = (fixes(repository)[0].title, fixes(repository)[0].body, stage.text(NAME, "train.py"))
    with FakeGitHub() as other:
        fresh = other.create_repository(FILES, modes={"tool.py": "100755"})
        again = Stage(other, fresh, stage.folder / f"kill{write}")
        other.faults.add("*", r"/git/|/pulls|/graphql", nth=write, cut=True, times=99)
        with suppress(ForgeError):
            again.push()
        other.faults.clear()
        again.push()
        [fix] = fixes(fresh)
        assert (fix.title, fix.body, again.text(NAME, "train.py")) == expected
        other.forget()
        again.push()
        assert mutating(other) == []


def test_workflows_are_never_edited(github: FakeGitHub, stage: Stage, repository: Repository) -> None:
    github.commit(repository, {".github/workflows/load.py": HEADER + OTHER})
    stage.push()
    names = repository.git.run("diff", "--name-only", "main", NAME).decode().split()
    assert names == ["tool.py", "train.py"]
    assert ".github/workflows/load.py" in fixes(repository)[0].body, "left for a person"


def test_a_limit_of_files_is_said(stage: Stage, repository: Repository) -> None:
    policy = replace(FIX, fix_pull_request=FixPullRequestPolicy(max_files=1, labels=("security",)))
    replace(stage, policy=policy).push()
    assert repository.git.run("diff", "--name-only", "main", NAME).decode().split() == ["tool.py"]
    assert "1 more file would change" in fixes(repository)[0].body


def test_one_pull_request_a_project(github: FakeGitHub, stage: Stage, repository: Repository) -> None:
    github.commit(repository, {"a/x.py": HEADER + OTHER, "b/y.py": HEADER + OTHER})
    projects = (ProjectPolicy("a"), ProjectPolicy("b", name="Beta"))
    policy = replace(FIX, projects=projects, fix_pull_request=FixPullRequestPolicy(group="project"))
    grouped = replace(stage, policy=policy)
    grouped.push()
    assert sorted(fix.head_ref for fix in fixes(repository)) == [f"{NAME}/Beta", f"{NAME}/_rest", f"{NAME}/a"]
    github.forget()
    grouped.push()
    assert mutating(github) == []


def test_suggest_only_reports(github: FakeGitHub, stage: Stage, repository: Repository) -> None:
    outcome = replace(stage, policy=replace(FIX, fix=FixMode.SUGGEST)).push()
    assert mutating(github) == [] and len(outcome.report.findings) == 2 and outcome.exit_code == 0
    assert all(each.severity is not Severity.NOTE for each in outcome.report.findings)


def test_without_a_checkout_it_says_what_is_missing(stage: Stage) -> None:
    with pytest.raises(ForgeError, match="checkout"):
        replace(stage, checkout="none").push()


def test_a_branch_that_moved_on_since_the_checkout(github: FakeGitHub, stage: Stage, repository: Repository) -> None:
    """The fix is made on the commit that was checked out; the next push makes it again."""
    desk = stage.desk("refs/heads/main")
    github.commit(repository, {"README.md": "later\n"})
    from bot.activities import repository as story

    outcome = story.run(desk, ref="main")
    assert outcome.pull_request_operation == "created"
    github.forget()
    stage.push()
    assert mutating(github) == []
