"""The report in code scanning: uploaded once for a commit, and named where it may not be."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from bot.edge.forge_dry import DryForge
from bot.edge.github.scanning import LARGEST
from bot.errors import ForgeError
from bot.model import Upload
from tests.fake_github import FakeGitHub
from tests.fault_matrix import an_upload
from tests.github_stories import UNSAFE, tell


@pytest.fixture
def github() -> Iterator[FakeGitHub]:
    with FakeGitHub() as server:
        yield server


def test_a_pull_requests_analysis_is_uploaded_once(github: FakeGitHub, tmp_path: Path) -> None:
    story, play = an_upload(tmp_path, github)
    assert "SARIF report uploaded for refs/pull/1/head" in play(story).written
    (one,) = story.repository.sarif
    assert (one["commit"], one["ref"]) == (github.shas(story.repository, story.pull)[1], "refs/pull/1/head")
    assert one["category"] == "loadguard"
    assert [each["ruleId"] for each in one["run"]["results"]] == ["LG001", "LG001"]
    github.forget()
    play(story)
    assert not github.mutating


def test_another_commit_or_another_count_is_uploaded_again(github: FakeGitHub, tmp_path: Path) -> None:
    story, play = an_upload(tmp_path, github)
    play(story)
    story.repository.sarif[0]["run"]["results"].pop()
    play(story)
    assert [len(one["run"]["results"]) for one in story.repository.sarif] == [2]
    github.commit(story.repository, {"pkg/run.py": None}, branch="feature")
    play(story)
    assert [len(one["run"]["results"]) for one in story.repository.sarif] == [2, 1]


def test_a_branch_is_uploaded_under_its_name(github: FakeGitHub, tmp_path: Path) -> None:
    story = tell(github, tmp_path, before=UNSAFE, after={"README.md": "# More\n"})
    story.uploads = True
    story.play_push()
    assert [one["ref"] for one in story.repository.sarif] == ["refs/heads/main"]


def test_a_missing_permission_is_named(github: FakeGitHub, tmp_path: Path) -> None:
    story, play = an_upload(tmp_path, github)
    github.token.permissions = {**github.token.permissions, "security_events": "none"}
    (refused,) = play(story).refused
    assert refused.what == "SARIF upload"
    assert "(permission `security-events: write`)" in refused.reason
    assert not github.mutating


def test_a_dry_run_uploads_nothing_and_says_so(github: FakeGitHub, tmp_path: Path) -> None:
    story, _ = an_upload(tmp_path, github)
    dry = DryForge(story.forge())
    story.play(forge=dry)
    assert not github.mutating
    assert [one.partition(" of ")[0] for one in dry.would] == ["upload a SARIF report"]


def test_one_too_large_is_not_tried(github: FakeGitHub, tmp_path: Path) -> None:
    import random

    story, _ = an_upload(tmp_path, github)
    noise = random.Random(7).randbytes(LARGEST).hex()
    scanning = story.forge().code_scanning()
    assert scanning
    with pytest.raises(ForgeError, match="GitHub takes 10,000,000"):
        scanning.upload(Upload(noise * 2, "0" * 40, "refs/heads/main", "loadguard"))
    assert not github.mutating
