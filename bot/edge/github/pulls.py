"""REST's answers about a pull request -> our nouns."""

from __future__ import annotations

from typing import Any

from bot.diff import parse_hunks
from bot.model import ChangedFile, PullRequest


def pull_of(data: dict[str, Any]) -> PullRequest:
    """A pull request as REST and events spell it. A fork that is gone leaves no repository behind."""
    head = data["head"]["repo"]
    return PullRequest(
        number=data["number"],
        base_sha=data["base"]["sha"],
        base_ref=data["base"]["ref"],
        head_sha=data["head"]["sha"],
        head_ref=data["head"]["ref"],
        head_repository=head["full_name"] if head else "",
        fork=head is None or head["id"] != data["base"]["repo"]["id"],
        draft=bool(data.get("draft")),
        open=data["state"] == "open",
    )


def changed_of(entry: dict[str, Any]) -> ChangedFile:
    """An entry of the list of changed files. A removed file has no hunks of its new side."""
    removed = entry["status"] == "removed"
    return ChangedFile(
        path=entry["filename"],
        status=entry["status"],
        hunks=() if removed else parse_hunks(entry.get("patch", "")),
        previous_path=entry.get("previous_filename"),
        blob="" if removed else entry["sha"] or "",
    )
