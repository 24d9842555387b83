"""A sweep's state on its branch: pieces, compare-and-swap, and what is no state."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from bot.edge.github.forge import Address, connect
from bot.edge.github.http import Patience
from bot.edge.github.state_branch import BRANCH, StateBranch
from bot.errors import ForgeError, PermissionMissing
from tests.fake_github import FakeGitHub
from tests.fake_github.state import Repository, Token


@pytest.fixture
def github() -> Iterator[FakeGitHub]:
    with FakeGitHub() as server:
        yield server


@pytest.fixture
def home(github: FakeGitHub) -> Repository:
    return github.create_repository({"README.md": "# Sweeps\n"}, slug="acme/sweeps")


def branch(github: FakeGitHub, token: Token | None = None) -> StateBranch:
    patience = Patience(sleep=lambda _: None)
    address = Address("acme/sweeps", github.api_url, github.web)
    door = connect(address, token=(token or github.token).text, patience=patience).door
    return StateBranch(door, "acme/sweeps", piece=1024)


def state(folder: Path, data: bytes, name: str = "state") -> Path:
    path = folder / name
    path.write_bytes(data)
    return path


def test_nothing_stands_before_the_first_sweep(github: FakeGitHub, home: Repository, tmp_path: Path) -> None:
    standing = branch(github).read(tmp_path / "state")
    assert standing.commit == ""
    assert not (tmp_path / "state").exists()


@pytest.mark.parametrize("size", [0, 1, 1023, 1024, 1025, 10_000])
def test_what_was_written_is_read_again(github: FakeGitHub, home: Repository, tmp_path: Path, size: int) -> None:
    data = os.urandom(size)
    ours = branch(github)
    written = ours.write(state(tmp_path, data), ours.look())
    assert written is not None
    assert ours.read(tmp_path / "again") == written
    assert (tmp_path / "again").read_bytes() == data


def test_only_pieces_that_changed_are_sent_and_the_same_state_not_at_all(
    github: FakeGitHub, home: Repository, tmp_path: Path
) -> None:
    ours, data = branch(github), bytearray(os.urandom(20 * 1024))
    standing = ours.write(state(tmp_path, bytes(data)), ours.look())
    assert standing is not None
    data[5_000] ^= 1
    github.forget()
    again = ours.write(state(tmp_path, bytes(data)), standing)
    assert again is not None
    sent = [str(each) for each in github.requests if "git/blobs" in str(each)]
    assert len(sent) == 2, "the piece and state.json"
    github.forget()
    assert ours.write(state(tmp_path, bytes(data)), again) == again
    assert not github.requests


def test_old_states_can_be_forgotten(github: FakeGitHub, home: Repository, tmp_path: Path) -> None:
    ours = branch(github)
    standing = ours.look()
    for data in (b"one", b"two"):
        moved = ours.write(state(tmp_path, data), standing)
        assert moved is not None
        standing = moved
    assert home.git.facts(standing.commit).parents == ()


def test_what_another_run_wrote_meanwhile_is_not_undone(github: FakeGitHub, home: Repository, tmp_path: Path) -> None:
    ours, theirs = branch(github), branch(github)
    start = ours.write(state(tmp_path, b"start"), ours.look())
    assert start is not None
    assert theirs.write(state(tmp_path, b"theirs"), start) is not None
    assert ours.write(state(tmp_path, b"ours"), start) is None
    ours.read(tmp_path / "now")
    assert (tmp_path / "now").read_bytes() == b"theirs"


def test_a_branch_that_came_into_being_meanwhile_is_not_undone_either(
    github: FakeGitHub, home: Repository, tmp_path: Path
) -> None:
    ours, theirs = branch(github), branch(github)
    nothing = ours.look()
    assert theirs.write(state(tmp_path, b"theirs"), theirs.look()) is not None
    assert ours.write(state(tmp_path, b"ours"), nothing) is None


def test_an_answer_that_got_lost_is_no_conflict(github: FakeGitHub, home: Repository, tmp_path: Path) -> None:
    ours = branch(github)
    before = ours.look()
    github.faults.add("POST", r"/graphql", status=502, after=True)
    written = ours.write(state(tmp_path, b"state"), before)
    assert written is not None
    assert home.git.refs()[f"refs/heads/{BRANCH}"] == written.commit


def test_a_token_that_may_not_write_is_told_so(github: FakeGitHub, home: Repository, tmp_path: Path) -> None:
    token = github.new_token(permissions={"contents": "read", "pull_requests": "read"})
    ours = branch(github, token)
    with pytest.raises(PermissionMissing, match="contents: write"):
        ours.write(state(tmp_path, b"state"), ours.look())


def test_a_protected_branch_is_no_conflict(github: FakeGitHub, home: Repository, tmp_path: Path) -> None:
    home.protected.add(BRANCH)
    ours = branch(github)
    with pytest.raises(ForgeError, match="protected"):
        ours.write(state(tmp_path, b"state"), ours.look())


FACTS = {
    "version": 1,
    "size": 3,
    "pieces": 1,
    "sha256": "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad",
}


@pytest.mark.parametrize(
    ("files", "why"),
    [
        ({"other.txt": "x"}, "missing or says nothing"),
        ({"state.json": "no JSON"}, "missing or says nothing"),
        ({"state.json": "[" * 60_000}, "missing or says nothing"),
        ({"state.json": " " * 70_000}, "not what it should be"),
        ({"state.json": json.dumps(FACTS)}, "state-00000 is missing"),
        ({"state.json": json.dumps({**FACTS, "size": 10**18, "pieces": 10**15})}, "does not add up"),
        ({"state.json": json.dumps({**FACTS, "size": -3, "pieces": 0})}, "does not add up"),
        ({"state.json": json.dumps({**FACTS, "pieces": 400})}, "does not add up"),
        ({"state.json": json.dumps(FACTS), "state-00000": "abd"}, "do not make up"),
        ({"state.json": json.dumps(FACTS), "state-00000": "abcd"}, "do not make up"),
        ({"state.json": json.dumps(FACTS), "state-00000": "a" * 2_000}, "not what it should be"),
    ],
)
def test_a_branch_that_holds_no_state_is_told_with_the_way_out(
    github: FakeGitHub, home: Repository, tmp_path: Path, files: dict[str, str], why: str
) -> None:
    github.commit(home, files, branch=BRANCH)
    with pytest.raises(ForgeError, match=why) as told:
        branch(github).read(tmp_path / "state")
    assert "Delete the branch" in told.value.hint


def test_a_whole_one_that_somebody_made_by_hand_is_read(github: FakeGitHub, home: Repository, tmp_path: Path) -> None:
    github.commit(home, {"state.json": json.dumps(FACTS), "state-00000": "abc", "dir/x": "y"}, branch=BRANCH)
    branch(github).read(tmp_path / "state")
    assert (tmp_path / "state").read_bytes() == b"abc"
