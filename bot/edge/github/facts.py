"""GraphQL answers -> our nouns, and the one question of identity: which of these texts did we write ourselves?"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from bot.model import MARKER, SUMMARY_MARKER, BranchState, Comment, FixPullRequest, Thread

Json = Mapping[str, Any]


def login_of(actor: Json | None) -> str:
    """An account's login as REST spells it. GraphQL drops `[bot]` from an author and says `Bot` in the type instead."""
    if actor is None:
        return ""
    login = str(actor["login"])
    bot = actor.get("__typename") == "Bot" and not login.endswith("[bot]")
    return f"{login}[bot]" if bot else login


@dataclass(frozen=True, slots=True)
class Identity:
    """Who the token is, as the `viewer` of the same answer: `GET /user` refuses GITHUB_TOKEN and App tokens."""

    login: str

    def wrote(self, node: Json) -> bool:
        return bool(node.get("viewerDidAuthor")) or (bool(self.login) and login_of(node.get("author")) == self.login)

    def is_actor(self, actor: Json | None) -> bool:
        return bool(self.login) and login_of(actor).removesuffix("[bot]") == self.login.removesuffix("[bot]")

    def comment(self, node: Json) -> Comment:
        """A comment; ours when we wrote it and it begins with a marker.

        A marker alone can be typed by anyone, and GITHUB_TOKEN's identity is shared by all workflows: one of them may
        quote a stranger's text, marker and all, but not at the very beginning.
        """
        ours = self.wrote(node) and node["body"].lstrip().startswith(MARKER)
        return Comment(str(node.get("fullDatabaseId") or node["id"]), login_of(node.get("author")), node["body"], ours)

    def thread(self, node: Json) -> Thread:
        return Thread(
            id=node["id"],
            path=node["path"],
            line=None if node["isOutdated"] else node["line"],
            resolved=node["isResolved"],
            outdated=node["isOutdated"],
            comments=tuple(self.comment(one) for one in node["comments"]["nodes"]),
            resolved_by_us=node["isResolved"] and self.is_actor(node.get("resolvedBy")),
        )

    def summary(self, nodes: Iterable[Json]) -> Comment | None:
        comments = (self.comment(node) for node in nodes)
        return next((one for one in comments if one.ours and one.body.lstrip().startswith(SUMMARY_MARKER)), None)

    def fix_pull_request(self, node: Json) -> FixPullRequest:
        closings = node["closings"]["nodes"]
        return FixPullRequest(
            number=node["number"],
            url=node["url"],
            state="open" if node["state"] == "OPEN" else "closed",
            merged=node["merged"],
            title=node["title"],
            body=node["body"],
            draft=node["isDraft"],
            base_ref=node["baseRefName"],
            head_sha=node["headRefOid"],
            ours=self.wrote(node) and MARKER in node["body"],
            closed_at=node["closedAt"] or "",
            closed_by_us=bool(closings) and self.is_actor(closings[0].get("actor")),
            labels_settled=bool(node["labellings"]["nodes"]),
            reviewers_settled=bool(node["requests"]["nodes"]),
        )

    def branch(self, name: str, repository: Json) -> BranchState | None:
        """The branch's state. It is only ours when its tip is the one commit we make: written by us, with one parent.

        Not every commit since the base is asked: after a force-push the old head is among them, and is not ours. What a
        person adds, merges or rebases makes a tip that is theirs as author or as committer.
        """
        if repository["tip"] is None:
            return None
        tip = repository["tip"]["target"]
        signed = str(tip["committer"].get("email") or "").startswith("noreply@")
        made = self._is_person(tip["author"]) and (signed or self._is_person(tip["committer"]))
        return BranchState(name, tip["oid"], tip["tree"]["oid"], made and tip["parents"]["totalCount"] == 1)

    def _is_person(self, person: Json) -> bool:
        """By account where GitHub knows it, else by the address it gives to commits of that account."""
        if person.get("user"):
            return self.is_actor(person["user"])
        name, _, host = str(person.get("email") or "").rpartition("+")[2].partition("@")
        return bool(self.login) and name == self.login and host.startswith("users.noreply.")
