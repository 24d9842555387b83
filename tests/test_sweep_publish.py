"""`loadguard sweep publish` against the test server: for whom, how fast, in which stages, and when not any more."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from bot.model.sweep import Standing
from tests.fake_github import FakeGitHub
from tests.sweep_publish_helpers import BRANCH, Publishing
from tests.sweep_run_helpers import LOAD


@pytest.fixture
def github() -> Iterator[FakeGitHub]:
    with FakeGitHub() as server:
        yield server


@pytest.fixture
def bench(github: FakeGitHub, tmp_path: Path) -> Publishing:
    return Publishing(github, tmp_path)


def fixed(github: FakeGitHub, slug: str, path: str) -> str:
    """A file as it stands on the fix branch."""
    git = github.repositories[slug].git
    entries = git.list_tree(git.resolve(BRANCH, kind="tree") or "", recursive=True)
    return next(git.blob(each.sha) for each in entries if each.path == path).decode()


def test_one_pull_request_each_and_nothing_the_second_time(github: FakeGitHub, bench: Publishing) -> None:
    bench.scanned(3)
    outcome = bench.publish()
    assert (outcome.opened, outcome.left, outcome.failures) == (3, 0, 0)
    for slug, pull in bench.pulls.items():
        assert fixed(github, slug, "train.py") == LOAD.replace("'w.pt')", "'w.pt', weights_only=True)")
        assert pull.head_ref == BRANCH and pull.state == "open"
        told = bench.publications[slug]
        assert (told.standing, told.number) == (Standing.OPEN, pull.number)
    github.forget()
    again = bench.publish()
    assert (again.opened, again.left) == (0, 0)
    assert github.mutating == []
    assert len(github.log) == 1, "one query asks what became of all three"
