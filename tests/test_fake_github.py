"""The test server itself: strict where GitHub is, and loud where it would drift from what GitHub publishes."""

from __future__ import annotations

import hashlib
import json
import re
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
import requests

from tests.fake_github import READ_ONLY, FakeGitHub, Repository, Undescribed
from tests.fake_github.description import check_answer, check_request, operation_for, operations
from tests.fake_github.gitdb import environment
from tests.fake_github.wire import ROUTES

ROOT = Path(__file__).parent.parent


@pytest.fixture
def github() -> Iterator[FakeGitHub]:
    with FakeGitHub() as server:
        yield server


@pytest.fixture
def repository(github: FakeGitHub) -> Repository:
    return github.create_repository({"a.py": "1\n", "dir/b.py": "2\n"})


def ask(github: FakeGitHub, method: str, path: str, *, token: str = "", **more: Any) -> requests.Response:
    headers = {"Authorization": f"Bearer {token or github.token.text}", **more.pop("headers", {})}
    return requests.request(method, github.api_url + path, headers=headers, timeout=10, **more)


def git(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    who = {f"GIT_{role}_{part}": "x@example.org" for role in ("AUTHOR", "COMMITTER") for part in ("NAME", "EMAIL")}
    return subprocess.run(
        ["git", *arguments], cwd=folder, env={**environment(folder), **who}, capture_output=True, text=True, check=False
    )


# -- strictness ----------------------------------------------------------------------------------------------


def test_githubs_description_is_read_whole() -> None:
    assert len(operations()) > 600
    review = operation_for("POST", "/repos/{owner}/{repo}/pulls/{number}/reviews")
    assert review.body == "ReposOwnerRepoPullsPullNumberReviewsPostBody"
    assert review.response == "PullRequestReview"


def test_every_endpoint_of_the_server_is_one_of_githubs() -> None:
    own = {"/graphql", "/tarballs/{owner}/{repo}/{sha}", "/_log", "/_state"}
    for route in ROUTES:
        if route.template not in own:
            operation_for(route.method, route.template)


@pytest.mark.parametrize(
    ("query", "body"),
    [
        ({"sort_by": "x"}, {"event": "COMMENT", "body": "x"}),
        ({}, {"event": "SHRUG", "body": "x"}),
        ({}, {"event": "COMMENT", "comments": [{"path": "a.py", "body": "x", "lines": 3}]}),
        ({}, {"event": "COMMENT", "comments": [{"path": "a.py"}]}),
    ],
)
def test_a_request_github_does_not_describe_is_refused_and_remembered(query: dict[str, str], body: object) -> None:
    with pytest.raises(Undescribed), FakeGitHub() as github:
        github.open_pull_request(github.create_repository({"a.py": "1\n"}), {"a.py": "2\n"})
        answer = ask(github, "POST", "/repos/octo/models/pulls/1/reviews", params=query, json=body)
        assert answer.status_code == 400


def test_an_answer_github_does_not_describe_is_loud() -> None:
    operation = operation_for("GET", "/repos/{owner}/{repo}/pulls/{number}")
    with FakeGitHub() as github:
        repository = github.create_repository({"a.py": "1\n"})
        right = github.pull_json(repository, github.open_pull_request(repository, {"a.py": "2\n"}))
    check_answer(operation, 200, right)
    for wrong in ({**right, "state": "ajar"}, {key: right[key] for key in right if key != "head"}, []):
        with pytest.raises(Undescribed):
            check_answer(operation, 200, wrong)
    with pytest.raises(Undescribed):
        check_answer(operation, 404, {"error": "no"})
    with pytest.raises(Undescribed):
        check_request(operation, {}, {"surprise": 1})


def test_a_misspelt_graphql_field_is_remembered() -> None:
    with pytest.raises(Undescribed, match="loginn"), FakeGitHub() as github:
        ask(github, "POST", "/graphql", json={"query": "{ viewer { loginn } }"})


def test_one_bad_anchor_refuses_the_whole_review(github: FakeGitHub, repository: Repository) -> None:
    pull = github.open_pull_request(repository, {"a.py": "1\n2\n3\n"})
    comments = [{"path": "a.py", "line": 2, "body": "x"}, {"path": "dir/b.py", "line": 1, "body": "x"}]
    body = {"event": "COMMENT", "body": "b", "comments": comments}
    answer = ask(github, "POST", "/repos/octo/models/pulls/1/reviews", json=body)
    assert answer.status_code == 422
    assert not re.search(r"dir/b\.py|\b1\b", json.dumps(answer.json()["errors"]))
    assert not pull.threads
    assert not pull.reviews


def test_pages_and_their_links(github: FakeGitHub, repository: Repository) -> None:
    pull = github.open_pull_request(repository, {"a.py": "2\n"})
    for number in range(65):
        github.comment(pull, f"{number}")
    first = ask(github, "GET", "/repos/octo/models/issues/1/comments")
    assert len(first.json()) == 30
    assert 'rel="next"' in first.headers["Link"]
    last = ask(github, "GET", "/repos/octo/models/issues/1/comments", params={"per_page": 60, "page": 2})
    assert [one["body"] for one in last.json()] == ["60", "61", "62", "63", "64"]
    assert 'rel="next"' not in last.headers["Link"]


def test_a_known_commit_costs_nothing(github: FakeGitHub, repository: Repository) -> None:
    sha = repository.git.resolve("main") or ""
    known = ask(github, "GET", "/repos/octo/models/commits/main", headers={"If-None-Match": f'"{sha}"'})
    assert known.status_code == 304


def test_a_large_tree_is_cut(github: FakeGitHub, repository: Repository) -> None:
    github.tree_limit = 2
    answer = ask(github, "GET", "/repos/octo/models/git/trees/main", params={"recursive": "1"}).json()
    assert answer["truncated"]
    assert len(answer["tree"]) == 2


# -- git over HTTP -------------------------------------------------------------------------------------------


def test_clone_commit_and_push(github: FakeGitHub, repository: Repository, tmp_path: Path) -> None:
    address = github.web.replace("://", f"://x-access-token:{github.token.text}@")
    assert git(tmp_path, "clone", "-q", f"{address}/octo/models.git", "work").returncode == 0
    work = tmp_path / "work"
    (work / "a.py").write_text("3\n")
    assert git(work, "commit", "-qam", "more").returncode == 0
    assert git(work, "push", "-q", "origin", "HEAD:refs/heads/new").returncode == 0
    assert repository.git.resolve("new") == git(work, "rev-parse", "HEAD").stdout.strip()
    assert [one.path for one in github.mutating] == ["/octo/models.git/git-receive-pack"]


def test_who_may_not_push_does_not(github: FakeGitHub, repository: Repository, tmp_path: Path) -> None:
    token = github.new_token(permissions=READ_ONLY)
    address = github.web.replace("://", f"://x-access-token:{token.text}@")
    assert git(tmp_path, "clone", "-q", f"{address}/octo/models.git", "work").returncode == 0
    pushed = git(tmp_path / "work", "push", "-q", "origin", "HEAD:refs/heads/new")
    assert pushed.returncode != 0
    assert "403" in pushed.stderr
    assert repository.git.resolve("new") is None


def test_large_files_by_their_oid(github: FakeGitHub, repository: Repository) -> None:
    data = b"weights" * 100
    oid = hashlib.sha256(data).hexdigest()
    repository.objects[oid] = data
    wanted = {"operation": "download", "objects": [{"oid": oid, "size": 700}, {"oid": "0" * 64, "size": 1}]}
    batch = requests.post(f"{github.web}/octo/models.git/info/lfs/objects/batch", json=wanted, timeout=10).json()
    there, missing = batch["objects"]
    assert requests.get(there["actions"]["download"]["href"], timeout=10).content == data
    assert missing["error"]["code"] == 404


def test_a_tarball_is_another_address_away(github: FakeGitHub, repository: Repository) -> None:
    first = ask(github, "GET", "/repos/octo/models/tarball/main", allow_redirects=False)
    assert first.status_code == 302
    assert requests.get(first.headers["Location"], timeout=10).content[:2] == b"\x1f\x8b"


# -- on its own ----------------------------------------------------------------------------------------------


def test_the_server_as_a_process(tmp_path: Path) -> None:
    for side, text in (("base", "1\n"), ("head", "2\n")):
        (tmp_path / "seed" / side).mkdir(parents=True)
        (tmp_path / "seed" / side / "a.py").write_text(text)
    command = [
        sys.executable,
        "-m",
        "tests.fake_github",
        "--root",
        str(tmp_path / "root"),
        "--seed",
        str(tmp_path / "seed"),
    ]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        address = process.stdout.readline().strip()
        facts = json.loads((tmp_path / "root" / "server.json").read_text())
        event = json.loads((tmp_path / "root" / "event.json").read_text())
        state = requests.get(f"{address}/_state", timeout=10).json()
        log = requests.get(f"{address}/_log", timeout=10).json()
        process.terminate()
    assert facts["api_url"] == address
    assert event["pull_request"]["number"] == 1
    assert state["octo/models"]["pulls"]["1"]["head_ref"] == "feature"
    assert log == {"log": log["log"], "undescribed": []}


def test_a_request_that_breaks_off_is_none() -> None:
    """A bot that is killed while it sends: GitHub never sees the request, and so it must not be judged either."""
    with FakeGitHub() as github:
        github.create_repository({"a.py": "x = 1\n"})
        address = urlsplit(github.api_url)
        with socket.create_connection((address.hostname, address.port)) as client:
            client.sendall(b"POST /repos/octo/models/git/trees HTTP/1.1\r\nContent-Length: 400\r\n\r\n{")
            client.shutdown(socket.SHUT_WR)
            assert client.recv(100) == b""
        assert not github.requests
