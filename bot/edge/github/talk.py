"""What people and we have said on a pull request: review threads and our summary comment."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from bot.edge.github.facts import Identity, Json
from bot.edge.github.http import Door
from bot.edge.github.queries import RESOLVE, TALK, first_pages
from bot.model import SUMMARY_MARKER, Comment, Thread

_PULLS = "pull-requests: write"


@dataclass(frozen=True, slots=True)
class Talk:
    """All threads, and our summary comment where it stands."""

    threads: tuple[Thread, ...]
    summary: Comment | None


@dataclass(slots=True)
class Talks:
    """The talk on pull requests of `slug`; what was read is kept until we say something ourselves."""

    door: Door
    slug: str
    viewer: str = ""
    _known: dict[int, Talk] = field(default_factory=dict)

    def of(self, number: int) -> Talk:
        if number not in self._known:
            self._known[number] = self._read(number, None)
        return self._known[number]

    def learn(self, number: int, answer: Json) -> None:
        """Keep what a query said; further pages are asked for."""
        self._known[number] = self._read(number, answer)

    def forget(self) -> None:
        self._known.clear()

    def question(self, number: int) -> dict[str, Any]:
        """The variables that ask for the first pages of everything."""
        owner, name = self.slug.split("/")
        return {"owner": owner, "name": name, "number": number, **first_pages()}

    def _read(self, number: int, answer: Json | None) -> Talk:
        """All threads; of the comments only the pages up to our summary. `answer` is the first page, if it is there."""
        threads: list[Thread] = []
        summary: Comment | None = None
        asked = self.question(number)
        while asked["moreThreads"] or asked["moreComments"]:
            page: Json = answer or self.door.ask(TALK, asked)
            self.viewer = str(page["viewer"]["login"])
            identity, found = Identity(self.viewer), page["repository"]["pullRequest"]
            if asked["moreThreads"]:
                threads += [identity.thread(node) for node in found["reviewThreads"]["nodes"]]
                asked["threads"], asked["moreThreads"] = _next(found["reviewThreads"])
            if asked["moreComments"]:
                summary = identity.summary(found["comments"]["nodes"])
                asked["comments"], further = _next(found["comments"])
                asked["moreComments"] = further and summary is None
            answer = None
        # A thread that moved to the next page meanwhile is listed twice.
        return Talk(tuple({thread.id: thread for thread in threads}.values()), summary)

    # -- writing ---------------------------------------------------------------------------------------------
    def resolve(self, thread: Thread) -> None:
        """GitHub lets GITHUB_TOKEN resolve a thread only when it may also write contents."""
        self.forget()
        self.door.ask(RESOLVE, {"thread": thread.id}, needs="contents: write")

    def write(self, number: int, body: str, existing: Comment | None) -> None:
        """The summary comment: a new one, or `existing` edited in place."""
        self.forget()
        if existing is not None:
            path = f"/repos/{self.slug}/issues/comments/{existing.id}"
            self.door.put(path, {"body": body}, method="PATCH", needs=_PULLS)
            return
        self.door.post(
            f"/repos/{self.slug}/issues/{number}/comments",
            {"body": body},
            needs=_PULLS,
            notifies=True,
            standing=lambda: self._read(number, None).summary if SUMMARY_MARKER in body else None,
        )


def _next(connection: Json) -> tuple[str | None, bool]:
    info = connection["pageInfo"]
    return info["endCursor"], bool(info["hasNextPage"])
