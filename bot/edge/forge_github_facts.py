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
        """A comment; ours when we wrote it and it carries a marker, for a marker alone can be typed by anyone."""
        ours = self.wrote(node) and MARKER in node["body"]
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
        return next((one for one in comments if one.ours and SUMMARY_MARKER in one.body), None)

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
        """The branch's state. Commits beyond the first hundred are nobody's that we know: then it is not only ours."""
        if repository["tip"] is None:
            return None
        target = repository["tip"]["target"]
        compared = (repository["base"] or {}).get("compare")
        commits: Json = compared["commits"] if compared else {"totalCount": 1, "nodes": [{}]}
        ours = [self._committed(node) for node in commits["nodes"]]
        only_ours = all(ours) and len(ours) == commits["totalCount"]
        return BranchState(name, target["oid"], target["tree"]["oid"], only_ours)

    def _committed(self, node: Json) -> bool:
        """By account where GitHub knows it, else by the address it gives to commits of that account."""
        author = node.get("author") or {}
        if author.get("user"):
            return self.is_actor(author["user"])
        email = str(author.get("email") or "")
        return bool(self.login) and email.rpartition("+")[2] == f"{self.login}@users.noreply.github.com"
