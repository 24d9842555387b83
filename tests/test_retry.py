"""What the forge repeats, what it never does, how long it waits, and what it says when it gives up."""

from __future__ import annotations

import socket
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import cache
from typing import Any

import pytest

from bot.edge.github.forge import Address, GitHubForge, connect
from bot.edge.github.http import Patience
from bot.errors import ExitCode, ForgeError, UsageError
from bot.model import MARKER, SUMMARY_MARKER, FileChange, FixBranch, PullRequest, Review, ReviewComment
from tests.fake_github import FakeGitHub, Pull, Repository
from tests.fake_github.faults import RATE_LIMITED

CODE = "import torch\nx = torch.load('a.pt')\n"


@dataclass
class Time:
    """A clock that only moves when somebody sleeps."""

    now: float = 1_800_000_000.0
    slept: list[float] = field(default_factory=list)

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.now += seconds


@dataclass
class World:
    github: FakeGitHub
    repository: Repository
    pull: Pull
    time: Time
    forge: GitHubForge
    facts: PullRequest

    @property
    def requests(self) -> list[str]:
        return [str(entry).replace("/repos/octo/models", "") for entry in self.github.requests]

    def fix(self) -> FixBranch:
        return FixBranch(
            "loadguard/weights-only", "feature", self.facts.head_sha, (FileChange("train.py", b"safe\n"),),
            "Load safely", f"Why. {MARKER}findings=f -->", "Load safely", labels=("security",),
        )  # fmt: skip

    def open_fix(self) -> None:
        self.forge.push_fix_branch(self.fix(), standing=None)
        self.forge.open_fix_pull_request(self.fix())


@pytest.fixture
def world() -> Iterator[World]:
    with FakeGitHub(hide_limits=True) as github:
        repository = github.create_repository({"train.py": "import torch\n"})
        pull = github.open_pull_request(repository, {"train.py": CODE})
        time = Time()
        patience = Patience(sleep=time.sleep, clock=lambda: time.now)
        address = Address(repository.slug, api_url=github.api_url, web=github.web, timeout=60)
        forge = connect(address, token=github.token.text, patience=patience)
        facts = forge.pull_request(pull.number)
        github.forget()
        yield World(github, repository, pull, time, forge, facts)


def review(world: World) -> Review:
    comment = ReviewComment("train.py", 2, None, f"{MARKER}finding f -->\nSay so.", "f")
    return Review(world.facts.head_sha, "One finding.", (comment,))


# -- rate limits ---------------------------------------------------------------------------------------------


def test_a_429_without_headers_is_waited_out_longer_each_time(world: World, caplog: pytest.LogCaptureFixture) -> None:
    world.github.faults.add("GET", r"/pulls/1$", status=429, times=3)
    world.forge.pull_request(1)
    assert world.time.slept == [60.0, 120.0, 240.0]
    assert world.requests == ["GET /pulls/1 429"] * 3 + ["GET /pulls/1 200"]
    assert "waiting 240 s" in caplog.text


@pytest.mark.parametrize("status", [403, 429])
def test_retry_after_is_obeyed(world: World, status: int) -> None:
    message = {"message": "You have exceeded a secondary rate limit. Please wait a few minutes before you try again."}
    world.github.faults.add("GET", r"/pulls/1$", status=status, headers={"Retry-After": "17"}, body=message)
    world.forge.pull_request(1)
    assert world.time.slept == [17.0]


def test_a_403_for_the_secondary_limit_without_headers(world: World) -> None:
    body = {"message": "You have exceeded a secondary rate limit."}
    world.github.faults.add("GET", r"/pulls/1$", status=403, body=body)
    world.forge.pull_request(1)
    assert world.time.slept == [60.0]


def test_an_empty_primary_limit_is_waited_for_to_its_reset(world: World) -> None:
    headers = {"X-RateLimit-Remaining": "0", "X-RateLimit-Reset": str(int(world.time.now) + 90)}
    body = {"message": "API rate limit exceeded for installation ID 1."}
    world.github.faults.add("GET", r"/pulls/1$", status=403, headers=headers, body=body)
    world.forge.pull_request(1)
    assert world.time.slept == [91.0]


def test_the_limit_that_the_server_itself_counts() -> None:
    with FakeGitHub() as github:
        repository = github.create_repository({"train.py": "1\n"})
        github.token.limit, time = 1, Time()
        github.clock = lambda: time.now
        patience = Patience(sleep=time.sleep, clock=lambda: time.now)
        address = Address(repository.slug, github.api_url, github.web)
        forge = connect(address, token=github.token.text, patience=patience)
        forge.default_branch()
        with pytest.raises(ForgeError, match="rate limit"):
            forge.default_branch()
        assert time.slept == []


def test_graphql_says_it_with_200(world: World) -> None:
    world.github.faults.add("POST", r"/graphql", status=200, body=RATE_LIMITED)
    assert world.forge.threads(world.facts) == ()
    assert world.time.slept == [60.0]


def test_a_post_that_was_refused_for_its_rate_is_repeated(world: World) -> None:
    world.github.faults.add("POST", r"/reviews$", status=429)
    assert world.forge.post_review(world.facts, review(world)) == ()
    assert len(world.pull.reviews) == 1


def test_a_422_for_haste_is_a_rate_limit(world: World) -> None:
    body = {"message": "Validation Failed", "errors": [{"message": "was submitted too quickly"}]}
    world.github.faults.add("POST", r"/issues/1/comments$", status=422, body=body)
    world.forge.put_summary(world.facts, SUMMARY_MARKER, existing=None)
    assert world.time.slept == [60.0]
    assert len(world.pull.comments) == 1


def test_the_waiting_has_an_end_and_says_when_to_come_back(world: World) -> None:
    world.github.faults.add("GET", r"/pulls/1$", status=429, headers={"Retry-After": "3600"})
    with pytest.raises(ForgeError, match="rate limit") as caught:
        world.forge.pull_request(1)
    assert "Run again after 2027-01-15 09:00:00 UTC" in caught.value.hint
    assert world.time.slept == []
    assert caught.value.exit_code is ExitCode.FORGE


def test_the_end_counts_all_the_waiting_of_a_run(world: World) -> None:
    world.github.faults.add("GET", r"/pulls/1$", status=429, headers={"Retry-After": "500"}, times=9)
    with pytest.raises(ForgeError, match="rate limit"):
        world.forge.pull_request(1)
    assert world.time.slept == [500.0]


# -- errors on the way ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("status", [500, 502, 503, 504])
def test_a_get_is_repeated(world: World, status: int) -> None:
    world.github.faults.add("GET", r"/pulls/1$", status=status, body=b"<html>Unicorn</html>", times=2)
    world.forge.pull_request(1)
    assert world.time.slept == [1.0, 2.0]


def test_a_get_is_given_up_in_the_end(world: World) -> None:
    world.github.faults.add("GET", r"/pulls/1$", status=502, times=99)
    with pytest.raises(ForgeError, match=r"502.*5 times"):
        world.forge.pull_request(1)
    assert len(world.requests) == 5


def test_a_body_cut_in_the_middle_is_read_again(world: World) -> None:
    world.github.faults.add("GET", r"/pulls/1$", cut=True)
    assert world.forge.pull_request(1) == world.facts
    world.github.faults.add("POST", r"/graphql", cut=True)
    assert world.forge.threads(world.facts) == ()


def test_nobody_there(world: World) -> None:
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        address = Address("octo/models", f"http://127.0.0.1:{unused.getsockname()[1]}")
        patience = Patience(sleep=world.time.sleep, clock=lambda: world.time.now)
        forge = connect(address, token="ghs_secret", patience=patience)
        with pytest.raises(ForgeError, match=r": ConnectionError: Connection refused, 5 times$") as caught:
            forge.pull_request(1)
    assert world.time.slept == [1.0, 2.0, 4.0, 8.0]
    assert "ghs_secret" not in str(caught.value)


def test_a_patch_is_repeated(world: World) -> None:
    world.forge.put_summary(world.facts, f"{SUMMARY_MARKER}one", existing=None)
    standing = world.forge.summary(world.facts)
    world.github.faults.add("PATCH", r"/issues/comments/", status=502)
    world.github.faults.add("PATCH", r"/issues/comments/", status=502, after=True)
    world.forge.put_summary(world.facts, f"{SUMMARY_MARKER}two", existing=standing)
    assert [one.body for one in world.pull.comments] == [f"{SUMMARY_MARKER}two"]


Deed = Callable[[World], object]
POSTS: dict[str, tuple[str, Deed]] = {
    "review": (r"/reviews$", lambda w: w.forge.post_review(w.facts, review(w))),
    "file comment": (
        r"/pulls/1/comments$",
        lambda w: w.forge.post_review(
            w.facts, Review(w.facts.head_sha, "", (ReviewComment("train.py", None, None, "whole", "f"),))
        ),
    ),
    "summary": (r"/issues/1/comments$", lambda w: w.forge.put_summary(w.facts, SUMMARY_MARKER, existing=None)),
    "tree": (r"/git/trees$", lambda w: w.forge.push_fix_branch(w.fix(), standing=None)),
    "commit": (r"/git/commits$", lambda w: w.forge.push_fix_branch(w.fix(), standing=None)),
    "ref": (r"/git/refs$", lambda w: w.forge.push_fix_branch(w.fix(), standing=None)),
    "pull request": (r"/pulls$", lambda w: w.open_fix()),
    "labels": (r"/labels$", lambda w: w.open_fix()),
}


def stands(world: World) -> dict[str, Any]:
    """Everything a person can see, without ids and commit dates."""
    tip = world.repository.git.resolve("loadguard/weights-only")
    return {
        "comments": [one.body for one in world.pull.comments],
        "threads": [(one.path, one.line, [c.body for c in one.comments]) for one in world.pull.threads],
        "reviews": [one.body for one in world.pull.reviews],
        "tree": tip and world.repository.git.facts(tip).tree,
        "pulls": [(one.number, one.title, tuple(one.labels)) for one in world.repository.pulls.values()],
    }


@cache
def undisturbed(name: str) -> dict[str, Any]:
    """What stands after the same deed on a server without faults."""
    with FakeGitHub() as github:
        repository = github.create_repository({"train.py": "import torch\n"})
        pull = github.open_pull_request(repository, {"train.py": CODE})
        address = Address(repository.slug, github.api_url, github.web)
        forge = connect(address, token=github.token.text, patience=Patience(sleep=lambda _: None))
        calm = World(github, repository, pull, Time(), forge, forge.pull_request(1))
        POSTS[name][1](calm)
        return stands(calm)


@pytest.mark.parametrize("fault", ["502 before", "502 after", "cut after"])
@pytest.mark.parametrize("name", POSTS)
def test_a_post_is_done_once_whatever_happens_to_its_answer(world: World, name: str, fault: str) -> None:
    path, deed = POSTS[name]
    ways = {"502 before": {"status": 502}, "502 after": {"status": 502, "after": True}, "cut after": {"cut": True}}
    how: dict[str, Any] = ways[fault]
    world.github.faults.add("POST", path, **how)
    deed(world)
    assert stands(world) == undisturbed(name)
    assert not world.github.faults.unstruck


def test_a_post_that_never_worked_is_tried_again_and_then_given_up(world: World) -> None:
    world.github.faults.add("POST", r"/pulls$", status=502, times=99)
    world.forge.push_fix_branch(world.fix(), standing=None)
    with pytest.raises(ForgeError, match="5 times"):
        world.forge.open_fix_pull_request(world.fix())
    assert len(world.repository.pulls) == 1


# -- answers no retry mends ----------------------------------------------------------------------------------


def test_a_token_that_dies_is_said_and_not_tried_again(world: World) -> None:
    world.github.token.expires_at = 0.0
    with pytest.raises(ForgeError, match="does not accept the token") as caught:
        world.forge.threads(world.facts)
    assert world.time.slept == []
    assert world.github.token.text not in str(caught.value)


@pytest.mark.parametrize("gone", [404, 451])
def test_a_repository_that_vanished(world: World, gone: int) -> None:
    world.repository.gone = gone
    with pytest.raises(ForgeError, match=str(gone)):
        world.forge.pull_request(1)
    with pytest.raises(ForgeError):
        world.forge.threads(world.facts)


def test_a_renamed_repository_is_read_and_its_new_name_asked_for(world: World) -> None:
    world.github.moved["octo/old"] = "octo/models"
    patience = Patience(sleep=world.time.sleep)
    address = Address("octo/old", world.github.api_url, world.github.web)
    forge = connect(address, token=world.github.token.text, patience=patience)
    assert forge.pull_request(1).head_sha == world.facts.head_sha
    with pytest.raises(ForgeError, match="sends us elsewhere"):
        forge.put_summary(world.facts, SUMMARY_MARKER, existing=None)
    assert not world.pull.comments


def test_a_proxy_that_answers_in_html_is_not_believed(world: World) -> None:
    world.github.faults.add("GET", r"/pulls/1$", status=200, body=b"<html>Please log in</html>", times=99)
    with pytest.raises(ForgeError, match=r"no JSON.*Please log in.*5 times"):
        world.forge.pull_request(1)


@pytest.mark.parametrize("token", ["", " ", "ghs_a\nX-Evil: 1", "ghs a", "gh\u00e9"])
def test_what_is_no_token_is_refused_without_being_shown(token: str) -> None:
    with pytest.raises(UsageError) as caught:
        connect(Address("octo/models"), token=token)
    assert "Evil" not in str(caught.value) + caught.value.hint


def test_an_empty_repository_takes_no_fix(world: World) -> None:
    world.github.create_repository(slug="octo/empty")
    forge = connect(Address("octo/empty", world.github.api_url, world.github.web), token=world.github.token.text)
    with pytest.raises(ForgeError, match="409"):
        forge.push_fix_branch(world.fix(), standing=None)


# -- pacing --------------------------------------------------------------------------------------------------


def test_writes_are_a_second_apart_and_three_after_one_that_notifies(world: World) -> None:
    world.forge.push_fix_branch(world.fix(), standing=None)
    assert world.time.slept == [1.0, 1.0]
    world.time.slept.clear()
    world.forge.post_review(world.facts, review(world))
    world.forge.threads(world.facts)
    world.forge.put_summary(world.facts, SUMMARY_MARKER, existing=None)
    assert world.time.slept == [1.0, 3.0]
