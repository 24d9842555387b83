"""Every event of the runner: handled, or refused with a sentence."""

from __future__ import annotations

from typing import Any

import pytest

from bot.errors import UsageError
from bot.plan.event import FixRepository, Gate, Ignore, ReviewFork, ReviewPull, read_event, read_pull

HEAD, BASE = "h" * 40, "b" * 40


def pull(**facts: Any) -> dict[str, Any]:
    return {
        "number": 3,
        "state": "open",
        "draft": False,
        "base": {"sha": BASE, "ref": "main", "repo": {"full_name": "octo/models"}},
        "head": {"sha": HEAD, "ref": "feature", "repo": {"full_name": "octo/models"}},
        **facts,
    }


def away(repository: dict[str, Any] | None) -> dict[str, Any]:
    return pull(head={"sha": HEAD, "ref": "main", "repo": repository})


@pytest.mark.parametrize("action", ["opened", "synchronize", "reopened", "ready_for_review", "edited", "labeled"])
def test_a_pull_request_is_reviewed(action: str) -> None:
    story = read_event("pull_request", {"action": action, "pull_request": pull()})
    assert isinstance(story, ReviewPull) and not story.privileged
    assert (story.pull.number, story.pull.head_sha, story.pull.base_ref, story.pull.fork) == (3, HEAD, "main", False)


@pytest.mark.parametrize("action", ["closed", "assigned", "review_requested", "locked"])
def test_what_changes_no_code_is_ignored(action: str) -> None:
    assert isinstance(read_event("pull_request", {"action": action, "pull_request": pull()}), Ignore)


def test_a_closed_one_is_ignored_whatever_happened() -> None:
    story = read_event("pull_request", {"action": "labeled", "pull_request": pull(state="closed")})
    assert isinstance(story, Ignore) and "closed" in story.message


def test_forks_are_known_by_their_repository() -> None:
    assert read_pull(away({"full_name": "mallory/models"})).fork
    assert read_pull(away(None)).fork, "a head whose fork was deleted"
    assert not read_pull(away({"full_name": "Octo/Models"})).fork, "GitHub's names ignore case"
    story = read_event("pull_request_target", {"action": "opened", "pull_request": away({"full_name": "m/m"})})
    assert isinstance(story, ReviewPull) and story.privileged and story.pull.fork


def push(ref: str, **facts: Any) -> dict[str, Any]:
    return {"ref": ref, "before": BASE, "after": HEAD, "repository": {"default_branch": "main"}, **facts}


PUSHES = [
    ("default branch", push("refs/heads/main"), FixRepository("main", BASE)),
    ("first push", push("refs/heads/main", before="0" * 40), FixRepository("main", "")),
    ("another branch", push("refs/heads/a/b"), Gate(BASE, HEAD, "main")),
    ("a new branch", push("refs/heads/a", before="0" * 40), Gate("", HEAD, "main")),
    ("a tag", push("refs/tags/v1"), Ignore("refs/tags/v1 is no branch")),
    ("deleted", push("refs/heads/a", deleted=True), Ignore("refs/heads/a was deleted")),
]


@pytest.mark.parametrize(("name", "payload", "story"), PUSHES, ids=[row[0] for row in PUSHES])
def test_push(name: str, payload: dict[str, Any], story: object) -> None:
    assert read_event("push", payload) == story


OTHERS = [
    ("schedule", {"schedule": "0 3 * * 1"}, FixRepository("")),
    ("workflow_dispatch", {"ref": "refs/heads/dev", "inputs": None}, FixRepository("dev")),
    ("workflow_dispatch", {"ref": "refs/tags/v1"}, FixRepository("")),
    ("merge_group", {"merge_group": {"base_sha": BASE, "head_sha": HEAD}}, Gate(BASE, HEAD)),
]


@pytest.mark.parametrize(("name", "payload", "story"), OTHERS)
def test_other_events(name: str, payload: dict[str, Any], story: object) -> None:
    assert read_event(name, payload) == story


def run(**facts: Any) -> dict[str, Any]:
    known = {"id": 9, "event": "pull_request", "conclusion": "failure", "head_sha": HEAD, "head_branch": "patch"}
    return {"workflow_run": {**known, "head_repository": {"full_name": "m/m"}, **facts}}


def test_the_second_half_of_the_pair() -> None:
    assert read_event("workflow_run", run()) == ReviewFork("m/m", "patch", HEAD)
    for wrong in ({"event": "push"}, {"head_repository": None}, {"head_branch": None}):
        assert isinstance(read_event("workflow_run", run(**wrong)), Ignore)


@pytest.mark.parametrize("name", ["issue_comment", "check_run", "release", "discussion", "workflow_call", ""])
def test_anything_else_is_a_clear_message(name: str) -> None:
    story = read_event(name, {"action": "created"})
    assert isinstance(story, Ignore)
    assert f"`{name}`" in story.message and "pull_request" in story.message


@pytest.mark.parametrize(
    "payload", [{}, {"pull_request": None}, {"pull_request": {"number": "x"}}, {"pull_request": []}]
)
def test_a_payload_that_is_not_githubs_is_a_usage_error(payload: dict[str, Any]) -> None:
    with pytest.raises(UsageError, match="payload"):
        read_event("pull_request", payload)
