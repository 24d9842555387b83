"""A sweep's state between jobs: shards come together, the branch is read and written, two runs at once lose nothing."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest

from bot.activities.sweep_state import gather, keep, take
from bot.edge.github.state_branch import Standing, StateBranch
from bot.edge.store import Store
from bot.errors import ForgeError
from bot.model.sweep import Progress
from tests.fake_github import FakeGitHub
from tests.test_state_branch import branch as state_branch
from tests.test_sweep_store import FIRST, found, rows, scan, state


@pytest.fixture
def github() -> Iterator[FakeGitHub]:
    with FakeGitHub() as server:
        server.create_repository({"README.md": "# Sweeps\n"}, slug="acme/sweeps")
        yield server


@pytest.fixture
def branch(github: FakeGitHub) -> StateBranch:
    return state_branch(github)


def sharded(path: Path) -> Store:
    store = Store(path)
    store.put_plan(replace(FIRST, shards=2), [replace(row, shard=place) for place, row in enumerate(rows("a", "b"), 1)])
    return store


def test_shards_come_together_once_however_often(tmp_path: Path) -> None:
    with closing(sharded(tmp_path / "state.sqlite")) as store:
        for shard, name in ((1, "a"), (2, "b")):
            with closing(store.cut(tmp_path / f"shard-{shard}-of-2.sqlite", shard)) as part:
                part.scanned(name, scan("2026-11-01T02:00:00Z"))
        assert gather(store, tmp_path) == (2, ())
        assert gather(store, tmp_path) == (0, ())
        assert {progress for progress, _ in found(store).values()} == {Progress.SCANNED}


def test_a_shards_file_that_is_damaged_takes_no_other_with_it(tmp_path: Path) -> None:
    with closing(sharded(tmp_path / "state.sqlite")) as store:
        with closing(store.cut(tmp_path / "shard-2-of-2.sqlite", 2)) as part:
            part.scanned("b", scan("2026-11-01T02:00:00Z"))
        (tmp_path / "shard-1-of-2.sqlite").write_bytes(b"no database" * 100)
        brought, wrong = gather(store, tmp_path)
        assert brought == 1
        assert len(wrong) == 1
        assert "shard-1-of-2.sqlite" in wrong[0]
        assert found(store) == {"a": ("waiting", ""), "b": ("scanned", "LG001")}


def test_the_first_sweep_finds_no_state_and_leaves_one(branch: StateBranch, tmp_path: Path) -> None:
    standing = take(branch, tmp_path / "state.sqlite")
    with closing(state(tmp_path / "state.sqlite", "a")) as store:
        store.scanned("a", scan("2026-11-01T02:00:00Z"))
        keep(branch, store, standing)
    take(branch, tmp_path / "next" / "state.sqlite")
    with closing(Store(tmp_path / "next" / "state.sqlite")) as store:
        assert found(store) == {"a": ("scanned", "LG001")}


def test_a_state_that_lies_there_is_joined_with_the_branchs(branch: StateBranch, tmp_path: Path) -> None:
    with closing(state(tmp_path / "theirs", "a", "b")) as theirs:
        theirs.scanned("a", scan("2026-11-01T02:00:00Z"))
        keep(branch, theirs, branch.look())
    with closing(state(tmp_path / "ours", "a", "b")) as ours:
        ours.scanned("b", scan("2026-11-01T02:00:00Z"))
    take(branch, tmp_path / "ours")
    with closing(Store(tmp_path / "ours")) as ours:
        assert {progress for progress, _ in found(ours).values()} == {Progress.SCANNED}


def test_two_runs_at_once_lose_nothing(branch: StateBranch, tmp_path: Path) -> None:
    start = take(branch, tmp_path / "none")
    for name in ("a", "b"):
        with closing(state(tmp_path / name, "a", "b")) as store:
            store.scanned(name, scan("2026-11-01T02:00:00Z"))
            keep(branch, store, start)
    take(branch, tmp_path / "end")
    with closing(Store(tmp_path / "end")) as store:
        assert {progress for progress, _ in found(store).values()} == {Progress.SCANNED}
    assert not list(tmp_path.glob(".state-*"))


class Contested(StateBranch):
    """Somebody else moves the branch each time before we do."""

    def write(self, path: Path, standing: Standing) -> Standing | None:
        other = path.with_name("other")
        with closing(Store(other)) as store:
            store.join(path)
            store.put_note("turn", standing.commit or "first")
        super().write(other, standing)
        return super().write(path, standing)


def test_a_branch_that_others_keep_moving_is_given_up_on(branch: StateBranch, tmp_path: Path) -> None:
    contested = Contested(branch.door, branch.slug)
    with closing(state(tmp_path / "state.sqlite", "a")) as store, pytest.raises(ForgeError, match="5 times") as told:
        keep(contested, store, contested.look())
    assert "concurrency" in told.value.hint
