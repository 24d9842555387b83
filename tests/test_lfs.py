"""LFS objects against a real HTTP server: asked for by size first, verified by hash, kept by oid."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from bot.edge.lfs import LfsStore, NotFetched
from tests.fake_github import FakeGitHub, Repository

WEIGHTS = b"weights" * 1000
OID = hashlib.sha256(WEIGHTS).hexdigest()


@pytest.fixture
def github() -> Iterator[FakeGitHub]:
    with FakeGitHub() as server:
        yield server


@pytest.fixture
def repository(github: FakeGitHub) -> Repository:
    repository = github.create_repository({"README.md": "weights"})
    repository.objects[OID] = WEIGHTS
    return repository


def store(github: FakeGitHub, repository: Repository, folder: Path) -> LfsStore:
    return LfsStore(folder / "cache", address=f"{github.web}/{repository.slug}", token=github.token.text)


def test_an_object_is_downloaded_once(github: FakeGitHub, repository: Repository, tmp_path: Path) -> None:
    objects = store(github, repository, tmp_path)
    path = objects.fetch(OID, len(WEIGHTS), most=10_000)
    assert isinstance(path, Path), path
    assert path.read_bytes() == WEIGHTS
    del repository.objects[OID]
    assert objects.fetch(OID, len(WEIGHTS), most=10_000) == path
    assert sorted(p.name for p in (tmp_path / "cache").rglob("*") if p.is_file()) == [OID]


def test_over_the_size_gate_nothing_is_asked(github: FakeGitHub, repository: Repository, tmp_path: Path) -> None:
    answer = LfsStore(tmp_path, address="http://127.0.0.1:9/nothing/listens").fetch(OID, 10_001, most=10_000)
    assert answer == NotFetched("10,001 bytes by its pointer, over the limit of 10,000", over_limit=True)


def test_the_checkouts_own_objects_come_first(tmp_path: Path) -> None:
    there = tmp_path / "objects" / OID[:2] / OID[2:4] / OID
    there.parent.mkdir(parents=True)
    there.write_bytes(WEIGHTS)
    assert LfsStore(tmp_path / "cache", local=tmp_path / "objects").fetch(OID, len(WEIGHTS), most=10_000) == there


def test_a_cached_file_that_was_changed_is_not_believed(
    github: FakeGitHub, repository: Repository, tmp_path: Path
) -> None:
    objects = store(github, repository, tmp_path)
    path = objects.fetch(OID, len(WEIGHTS), most=10_000)
    assert isinstance(path, Path)
    path.write_bytes(b"Weights" * 1000)
    again = objects.fetch(OID, len(WEIGHTS), most=10_000)
    assert isinstance(again, Path)
    assert again.read_bytes() == WEIGHTS


def test_a_server_that_sends_something_else_is_caught(
    github: FakeGitHub, repository: Repository, tmp_path: Path
) -> None:
    for wrong, reason in ((b"x" * len(WEIGHTS), "SHA-256"), (WEIGHTS + b"more", "more than"), (b"short", "SHA-256")):
        repository.objects[OID] = wrong
        answer = store(github, repository, tmp_path).fetch(OID, len(WEIGHTS), most=10_000)
        assert isinstance(answer, NotFetched)
        assert reason in answer.reason
    assert not [path for path in (tmp_path / "cache").rglob("*") if path.is_file()], "nothing half-fetched stays"


def test_a_missing_object_is_said_in_the_servers_words(
    github: FakeGitHub, repository: Repository, tmp_path: Path
) -> None:
    answer = store(github, repository, tmp_path).fetch("0" * 64, 5, most=10)
    assert answer == NotFetched("the LFS server: 404 Object does not exist")


@pytest.mark.parametrize("oid", ["../../../etc/passwd", "", "A" * 64, "0" * 63, json.dumps({})])
def test_a_hostile_oid_never_becomes_a_path(oid: str, tmp_path: Path) -> None:
    answer = LfsStore(tmp_path).fetch(oid, 1, most=10)
    assert isinstance(answer, NotFetched)
    assert re.search("no SHA-256", answer.reason)


def test_without_a_server_the_way_out_is_named(tmp_path: Path) -> None:
    answer = LfsStore(tmp_path).fetch(OID, 1, most=10)
    assert isinstance(answer, NotFetched)
    assert "git lfs pull" in answer.reason


def test_a_dead_server_is_a_value(tmp_path: Path) -> None:
    answer = LfsStore(tmp_path, address="http://127.0.0.1:9/owner/name").fetch(OID, 1, most=10)
    assert isinstance(answer, NotFetched)
    assert "did not answer" in answer.reason
    assert "secret" not in repr(LfsStore(tmp_path, token="secret"))
