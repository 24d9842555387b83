"""The runner's event -> which story to tell. Payloads are GitHub's; a fork chose half of what is in them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from bot.errors import UsageError
from bot.model import PullRequest

Payload = Mapping[str, Any]
_ZERO = "0" * 40
_TOLD = {
    "issue_comment": "comments are not commands here",
    "check_run": "checks are read on the pull request itself",
    "pull_request_review": "reviews are read on the pull request itself",
}


@dataclass(frozen=True, slots=True)
class ReviewPull:
    """Review this pull request. `privileged` for pull_request_target: the token may write though the head is
    foreign.
    """

    pull: PullRequest
    privileged: bool = False


@dataclass(frozen=True, slots=True)
class FixRepository:
    """Scan branch `ref` (empty: the default branch) and keep its fix pull request as it should be.

    `before` is the commit a push moved the branch from: what that push brings is new. Empty otherwise.
    """

    ref: str
    before: str = ""


@dataclass(frozen=True, slots=True)
class Gate:
    """Scan what commit `head` brings over `base`; report and exit code, no comment.

    `default` is the default branch, for a push whose `base` is empty (a new branch) or gone (a force-push).
    """

    base: str
    head: str
    default: str = ""


@dataclass(frozen=True, slots=True)
class ReviewFork:
    """The second half of the pair for forks: review the pull request whose head the first half looked at.

    Nothing the first half left is believed, for it ran on a stranger's files: the pull request is found through the API
    by these three, and since scanning runs nothing it is simply done again.
    """

    head_repository: str
    head_ref: str
    head_sha: str


@dataclass(frozen=True, slots=True)
class Ignore:
    """Nothing to do, and why, in a sentence for the log."""

    message: str


Story = ReviewPull | FixRepository | Gate | ReviewFork | Ignore


def read_event(name: str, payload: Payload, *, default_branch: str = "") -> Story:
    """Choose the story. Raises `UsageError` for a payload that is not what GitHub sends under this name."""
    try:
        return _choose(name, payload, default_branch)
    except (KeyError, TypeError, ValueError, AttributeError) as trouble:
        missing = isinstance(trouble, KeyError)
        why = f"it has no `{trouble.args[0]}`" if missing else f"a field is of another kind ({trouble})"
        message = f"the payload of event `{name}` is not GitHub's: {why}"
        raise UsageError(message, hint="GITHUB_EVENT_PATH must point at the event GitHub sent") from trouble


def read_pull(payload: Payload) -> PullRequest:
    """The facts of a `pull_request` object, from an event or from the API. A head whose fork was deleted has no
    repository.
    """
    head, base = payload["head"], payload["base"]
    home = str(base["repo"]["full_name"])
    away = str(head["repo"]["full_name"]) if head.get("repo") else ""
    return PullRequest(
        number=int(payload["number"]),
        base_sha=str(base["sha"]),
        base_ref=str(base["ref"]),
        head_sha=str(head["sha"]),
        head_ref=str(head["ref"]),
        head_repository=away,
        fork=away.lower() != home.lower(),
        draft=bool(payload.get("draft", False)),
        open=payload.get("state", "open") == "open",
    )


def _choose(name: str, payload: Payload, default_branch: str) -> Story:
    if name in ("pull_request", "pull_request_target"):
        return _about_pull(payload, privileged=name == "pull_request_target")
    if name == "push":
        return _about_push(payload, default_branch)
    if name in ("schedule", "workflow_dispatch", "repository_dispatch"):
        return FixRepository(_dispatched_branch(payload))
    if name == "merge_group":
        group = payload["merge_group"]
        return Gate(str(group["base_sha"]), str(group["head_sha"]))
    if name == "workflow_run":
        return _about_run(payload["workflow_run"])
    why = _TOLD.get(name, "there is nothing to do about it")
    events = "pull_request, push, schedule, workflow_dispatch, merge_group or workflow_run"
    return Ignore(f"event `{name}`: {why}; run Loadguard on {events}")


def _about_pull(payload: Payload, *, privileged: bool) -> Story:
    pull = read_pull(payload["pull_request"])
    action = str(payload.get("action", ""))
    if action == "closed" or not pull.open:
        return Ignore(f"pull request #{pull.number} is closed")
    if action in ("review_requested", "review_request_removed", "assigned", "unassigned", "locked", "unlocked"):
        return Ignore(f"pull request #{pull.number}: `{action}` changes no code")
    return ReviewPull(pull, privileged=privileged)


def _about_push(payload: Payload, default_branch: str) -> Story:
    ref = str(payload["ref"])
    if payload.get("deleted"):
        return Ignore(f"{ref} was deleted")
    if not ref.startswith("refs/heads/"):
        return Ignore(f"{ref} is no branch")
    branch = ref.removeprefix("refs/heads/")
    default = default_branch or str((payload.get("repository") or {}).get("default_branch", ""))
    before = str(payload.get("before") or _ZERO).replace(_ZERO, "")
    return FixRepository(branch, before) if branch == default else Gate(before, str(payload["after"]), default)


def _about_run(run: Payload) -> Story:
    if run["event"] != "pull_request":
        return Ignore(f"workflow_run: the run it follows was for `{run['event']}`, not for a pull request")
    repository = run.get("head_repository") or {}
    if not (repository.get("full_name") and run.get("head_branch")):
        return Ignore("workflow_run: the fork that the run before it looked at is gone")
    return ReviewFork(str(repository["full_name"]), str(run["head_branch"]), str(run["head_sha"]))


def _dispatched_branch(payload: Payload) -> str:
    """A dispatch names the branch it was started on; a tag (or a schedule) stands for the default branch."""
    ref = str(payload.get("ref") or "")
    return ref.removeprefix("refs/heads/") if ref.startswith("refs/heads/") else ""
