"""What GraphQL's resolvers see: thin views over the state and git. Attribute names are GitHub's, so camelCase."""
# ruff: noqa: N802, N803 - the names are GitHub's own

from __future__ import annotations

import base64
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Any

from graphql import GraphQLError, GraphQLResolveInfo

from tests.fake_github.gitdb import TreeEntry
from tests.fake_github.shapes import node_id
from tests.fake_github.state import Account, CheckRun, Comment, Event, Pull, Repository, Review, Thread

if TYPE_CHECKING:
    from tests.fake_github.server import FakeGitHub
    from tests.fake_github.state import Token


@dataclass
class Context:
    server: FakeGitHub
    token: Token


def failed(kind: str, message: str) -> GraphQLError:
    """An error as GitHub answers it: its `type` stands beside the message (moved there when the answer is made)."""
    return GraphQLError(message, extensions={"type": kind})


class Connection:
    """A slice of `items` with GitHub's rules: `first` or `last` must be given, and no more than 100."""

    def __init__(self, items: Sequence[Any], *, first: int | None, last: int | None = None, after: str | None = None):
        if first is None and last is None:
            raise failed("MISSING_PAGINATION_BOUNDARIES", "You must provide a `first` or `last` value.")
        if (first or last or 0) > 100:
            raise failed(
                "EXCESSIVE_PAGINATION", f"Requesting {first or last} records exceeds the limit of 100 records."
            )
        start = int(base64.b64decode(after)) if after else 0
        end = start + first if first is not None else len(items)
        start = start if first is not None else max(len(items) - (last or 0), 0)
        self.nodes = list(items[start:end])
        self.edges = [{"cursor": cursor_at(start + n + 1), "node": node} for n, node in enumerate(self.nodes)]
        self.totalCount = len(items)
        cursor = cursor_at(min(end, len(items))) if self.nodes else None
        self.pageInfo = {"hasNextPage": end < len(items), "endCursor": cursor}


def cursor_at(count: int) -> str:
    """A place in a list is how many stand before it, so that pages shift when one of those goes."""
    return base64.b64encode(str(count).encode()).decode()


def actor(account: Account) -> dict[str, str]:
    """GraphQL drops a bot's `[bot]`; the type says it instead."""
    bot = account.kind == "Bot"
    login = account.login.removesuffix("[bot]")
    return {"__typename": "Bot" if bot else "User", "login": login, "id": node_id("U", account.id)}


def user(account: Account) -> dict[str, str]:
    return {"__typename": "User", "login": account.login, "id": node_id("U", account.id)}


@dataclass
class CommentView:
    context: Context
    comment: Comment
    path: str = ""

    @property
    def id(self) -> str:
        return node_id("IC", self.comment.id)

    @property
    def fullDatabaseId(self) -> str:
        return str(self.comment.id)

    @property
    def body(self) -> str:
        return self.comment.body

    @property
    def author(self) -> dict[str, str]:
        return actor(self.comment.author)

    @property
    def viewerDidAuthor(self) -> bool:
        return self.comment.author is self.context.token.account


@dataclass
class ThreadView:
    context: Context
    repository: Repository
    thread: Thread
    head: str

    @property
    def id(self) -> str:
        return node_id("PRRT", self.thread.id)

    @property
    def path(self) -> str:
        return self.thread.path

    @property
    def isResolved(self) -> bool:
        return self.thread.resolved_by is not None

    @property
    def resolvedBy(self) -> dict[str, str] | None:
        return user(self.thread.resolved_by) if self.thread.resolved_by else None

    @cached_property
    def line(self) -> int | None:
        return self.context.server.line_now(self.repository, self.thread, self.head)

    @property
    def startLine(self) -> int | None:
        return self.thread.start_line

    @property
    def isOutdated(self) -> bool:
        return self.thread.line is not None and self.line is None

    def comments(self, _: GraphQLResolveInfo, first: int | None = None, **more: Any) -> Connection:
        return Connection(
            [CommentView(self.context, one, self.path) for one in self.thread.comments], first=first, **more
        )


@dataclass
class ReviewView:
    context: Context
    repository: Repository
    pull: Pull
    review: Review

    @property
    def id(self) -> str:
        return node_id("PRR", self.review.id)

    @property
    def body(self) -> str:
        return self.review.body

    @property
    def author(self) -> dict[str, str]:
        return actor(self.review.author)

    @property
    def viewerDidAuthor(self) -> bool:
        return self.review.author is self.context.token.account

    @property
    def commit(self) -> CommitView:
        return CommitView(self.context, self.repository, self.review.commit)

    def comments(self, _: GraphQLResolveInfo, first: int | None = None, **more: Any) -> Connection:
        ours = [one for thread in self.pull.threads for one in thread.comments if one.review == self.review.id]
        return Connection([CommentView(self.context, one) for one in ours], first=first, **more)


@dataclass
class EventView:
    event: Event

    @property
    def id(self) -> str:
        return node_id("EV", id(self.event))

    @property
    def typename(self) -> str:
        return "".join(word.capitalize() for word in self.event.type.split("_"))

    @property
    def actor(self) -> dict[str, str]:
        return actor(self.event.actor)

    @property
    def createdAt(self) -> str:
        return self.event.created_at


@dataclass
class CommitView:
    context: Context
    repository: Repository
    oid: str
    typename: str = "Commit"

    @property
    def id(self) -> str:
        return f"C_{self.oid}"

    @cached_property
    def _facts(self) -> Any:
        return self.repository.git.facts(self.oid)

    @property
    def message(self) -> str:
        return str(self._facts.message)

    @property
    def tree(self) -> TreeView:
        return TreeView(self.repository, self._facts.tree)

    def _actor(self, person: Any) -> dict[str, Any]:
        known = next((one for one in self.context.server.accounts.values() if one.email == person.email), None)
        return {"name": person.name, "email": person.email, "user": user(known) if known else None}

    @property
    def author(self) -> dict[str, Any]:
        return self._actor(self._facts.author)

    @property
    def committer(self) -> dict[str, Any]:
        return self._actor(self._facts.committer)

    def file(self, _: GraphQLResolveInfo, path: str) -> dict[str, Any] | None:
        """The entry of its folder, whatever it is."""
        folder, _, leaf = path.rpartition("/")
        tree = self.repository.git.at(self.oid, folder)
        entries = self.repository.git.list_tree(tree) if tree and leaf else []
        return next((entry_json(self.repository, one) for one in entries if one.path == leaf), None)

    def parents(self, _: GraphQLResolveInfo, first: int | None = None, **more: Any) -> Connection:
        views = [CommitView(self.context, self.repository, sha) for sha in self._facts.parents]
        return Connection(views, first=first, **more)

    @property
    def statusCheckRollup(self) -> dict[str, str] | None:
        """Of the check runs; null where there are none, and an error for who may not read them."""
        if not self.context.token.allows("checks", "read"):
            raise failed("FORBIDDEN", "Resource not accessible by integration")
        ends = [run.conclusion for run in self.repository.check_runs if run.head_sha == self.oid]
        if not ends:
            return None
        red = "FAILURE" if {"failure", "timed_out", "cancelled"} & set(ends) else "SUCCESS"
        return {"id": f"SCR_{self.oid}", "state": red if all(ends) or red == "FAILURE" else "PENDING"}

    def checkSuites(
        self, _: GraphQLResolveInfo, first: int | None = None, filterBy: dict[str, str] | None = None, **more: Any
    ) -> Connection:
        """One for each App with check runs on the commit."""
        if not self.context.token.allows("checks", "read"):
            raise failed("FORBIDDEN", "Resource not accessible by integration")
        wanted = (filterBy or {}).get("checkName")
        runs = [run for run in self.repository.check_runs if run.head_sha == self.oid and wanted in (None, run.name)]
        apps = {run.author.login: run.author for run in runs if run.author}
        views = [SuiteView(app, [run for run in runs if run.author is app]) for app in apps.values()]
        return Connection(views, first=first, **more)


@dataclass
class SuiteView:
    account: Account
    runs: list[CheckRun]

    @property
    def id(self) -> str:
        return node_id("CS", self.account.id)

    @property
    def app(self) -> dict[str, str]:
        return {"id": node_id("A", self.account.id), "slug": self.account.login.removesuffix("[bot]")}

    def checkRuns(
        self, _: GraphQLResolveInfo, first: int | None = None, filterBy: dict[str, str] | None = None, **more: Any
    ) -> Connection:
        chosen = filterBy or {}
        runs = [run for run in self.runs if chosen.get("checkName") in (None, run.name)]
        if chosen.get("checkType") == "LATEST":
            runs = list({run.name: run for run in runs}.values())
        shown = [{"id": node_id("CR", run.id), "name": run.name, "externalId": run.external_id} for run in runs]
        return Connection(shown, first=first, **more)


@dataclass
class TreeView:
    repository: Repository
    oid: str
    typename: str = "Tree"

    @property
    def id(self) -> str:
        return f"T_{self.oid}"

    @property
    def entries(self) -> list[dict[str, Any]]:
        return [entry_json(self.repository, entry) for entry in self.repository.git.list_tree(self.oid)]


def entry_json(repository: Repository, entry: TreeEntry) -> dict[str, Any]:
    """A submodule's commit lies in another repository: it has no object here."""
    blob = entry.type == "blob"
    return {
        "mode": int(entry.mode, 8),
        "name": entry.path.encode("utf-8", "surrogateescape").decode("utf-8", "replace"),
        "nameRaw": base64.b64encode(entry.path.encode("utf-8", "surrogateescape")).decode(),
        "oid": entry.sha,
        "path": entry.path,
        "type": entry.type,
        "object": (lambda _: BlobView(entry.sha, repository.git.blob(entry.sha))) if blob else None,
    }


@dataclass
class BlobView:
    """GraphQL shows text only, decoded as UTF-8 with what does not fit replaced, and cut where it is long."""

    oid: str
    data: bytes
    typename: str = "Blob"

    @property
    def byteSize(self) -> int:
        return len(self.data)

    @property
    def isBinary(self) -> bool:
        return b"\0" in self.data

    @property
    def isTruncated(self) -> bool:
        return len(self.data) > 512_000

    @property
    def text(self) -> str | None:
        return None if self.isBinary else self.data[:512_000].decode("utf-8", "replace")

    @property
    def id(self) -> str:
        return f"B_{self.oid}"


@dataclass
class RefView:
    context: Context
    repository: Repository
    name: str
    sha: str

    @property
    def id(self) -> str:
        return f"REF_{self.name}"

    @property
    def target(self) -> CommitView:
        return CommitView(self.context, self.repository, self.sha)


@dataclass
class PullView:
    context: Context
    repository: Repository
    pull: Pull

    def __getattr__(self, name: str) -> Any:
        plain = {"number": "number", "title": "title", "body": "body", "merged": "merged", "isDraft": "draft"}
        plain |= {
            "baseRefName": "base_ref",
            "headRefName": "head_ref",
            "closedAt": "closed_at",
            "createdAt": "created_at",
        }
        if name not in plain:
            raise AttributeError(name)
        return getattr(self.pull, plain[name])

    @property
    def id(self) -> str:
        return node_id("PR", self.pull.id)

    @property
    def url(self) -> str:
        return f"{self.context.server.web}/{self.repository.slug}/pull/{self.pull.number}"

    @property
    def state(self) -> str:
        return "MERGED" if self.pull.merged else self.pull.state.upper()

    @property
    def isCrossRepository(self) -> bool:
        return self.pull.head_repository != self.repository.slug

    @property
    def baseRefOid(self) -> str:
        return self.context.server.shas(self.repository, self.pull)[0]

    @property
    def headRefOid(self) -> str:
        return self.context.server.shas(self.repository, self.pull)[1]

    @property
    def author(self) -> dict[str, str]:
        return actor(self.pull.author)

    @property
    def viewerDidAuthor(self) -> bool:
        return self.pull.author is self.context.token.account

    def commits(self, _: GraphQLResolveInfo, first: int | None = None, **more: Any) -> Connection:
        """The newest alone, which is all that the bot asks for."""
        view = CommitView(self.context, self.repository, self.headRefOid)
        return Connection([{"id": f"PRC_{view.oid}", "commit": view}], first=first, **more)

    def comments(self, _: GraphQLResolveInfo, first: int | None = None, **more: Any) -> Connection:
        return Connection([CommentView(self.context, one) for one in self.pull.comments], first=first, **more)

    def reviewThreads(self, _: GraphQLResolveInfo, first: int | None = None, **more: Any) -> Connection:
        head = self.headRefOid
        views = [ThreadView(self.context, self.repository, one, head) for one in self.pull.threads]
        return Connection(views, first=first, **more)

    def reviews(self, _: GraphQLResolveInfo, first: int | None = None, **more: Any) -> Connection:
        views = [ReviewView(self.context, self.repository, self.pull, one) for one in self.pull.reviews]
        return Connection(views, first=first, **more)

    def timelineItems(
        self, _: GraphQLResolveInfo, first: int | None = None, itemTypes: list[str] | None = None, **more: Any
    ) -> Connection:
        views = [EventView(one) for one in self.pull.timeline if itemTypes is None or one.type in itemTypes]
        return Connection(views, first=first, **more)


SUFFIXES = {".py": "Python", ".ipynb": "Jupyter Notebook", ".js": "JavaScript", ".c": "C", ".sh": "Shell"}


@dataclass
class RepositoryView:
    context: Context
    repository: Repository
    typename: str = "Repository"

    @property
    def id(self) -> str:
        return node_id("R", self.repository.id)

    @property
    def nameWithOwner(self) -> str:
        return self.repository.slug

    @property
    def databaseId(self) -> int:
        return self.repository.id

    @property
    def pushedAt(self) -> str:
        return self.repository.pushed_at

    @property
    def diskUsage(self) -> int:
        return self.repository.kilobytes

    @property
    def isArchived(self) -> bool:
        return self.repository.archived

    @property
    def isDisabled(self) -> bool:
        return self.repository.disabled

    @property
    def isMirror(self) -> bool:
        return self.repository.mirror

    @property
    def isPrivate(self) -> bool:
        return self.repository.private

    def languages(self, _: GraphQLResolveInfo, first: int | None = None, **more: Any) -> Connection:
        named = self.repository.languages
        if named is None:
            tree = self.repository.git.resolve(self.repository.default_branch, kind="tree")
            paths = [each.path for each in self.repository.git.list_tree(tree, recursive=True)] if tree else []
            named = tuple(
                dict.fromkeys(SUFFIXES[end] for each in paths if (end := PurePosixPath(each).suffix) in SUFFIXES)
            )
        return Connection([{"id": f"LA_{name}", "name": name} for name in named], first=first, **more)

    def repositoryTopics(self, _: GraphQLResolveInfo, first: int | None = None, **more: Any) -> Connection:
        topics = [{"id": f"RT_{name}", "topic": {"id": f"TO_{name}", "name": name}} for name in self.repository.topics]
        return Connection(topics, first=first, **more)

    @property
    def isFork(self) -> bool:
        return self.repository.fork_of is not None

    @property
    def isEmpty(self) -> bool:
        return not self.repository.git.refs()

    def _readable(self) -> None:
        """What git holds takes the right to read contents, where not everybody has it."""
        if self.repository.private and not self.context.token.allows("contents", "read"):
            raise failed("FORBIDDEN", "Resource not accessible by integration")

    @property
    def defaultBranchRef(self) -> RefView | None:
        self._readable()
        return self._ref(self.repository.default_branch)

    def _ref(self, name: str) -> RefView | None:
        short = name.removeprefix("refs/heads/")
        sha = self.repository.git.refs().get(f"refs/heads/{short}")
        return RefView(self.context, self.repository, short, sha) if sha else None

    def ref(self, _: GraphQLResolveInfo, qualifiedName: str) -> RefView | None:
        return self._ref(qualifiedName) if qualifiedName.startswith("refs/heads/") else None

    def object(self, _: GraphQLResolveInfo, expression: str | None = None, oid: str | None = None) -> Any:
        self._readable()
        git, name = self.repository.git, oid or expression or ""
        commit, colon, path = name.partition(":")
        start = git.resolve(commit, kind="object")
        found = git.at(start, path) if start and colon else start
        kind = git.kind_of(found) if found else None
        if found is None or kind is None:
            return None
        if kind == "commit":
            return CommitView(self.context, self.repository, found)
        if kind == "tree":
            return TreeView(self.repository, found)
        data = git.blob(found)
        return BlobView(found, data)

    def pullRequest(self, _: GraphQLResolveInfo, number: int) -> PullView:
        pull = self.repository.pulls.get(number)
        if pull is None:
            raise failed("NOT_FOUND", f"Could not resolve to a PullRequest with the number of {number}.")
        return PullView(self.context, self.repository, pull)

    def pullRequests(
        self,
        _: GraphQLResolveInfo,
        headRefName: str | None = None,
        states: list[str] | None = None,
        orderBy: dict[str, str] | None = None,
        **more: Any,
    ) -> Connection:
        views = [PullView(self.context, self.repository, pull) for pull in self.repository.pulls.values()]
        views = [one for one in views if headRefName in (None, one.headRefName) and (not states or one.state in states)]
        views.sort(key=lambda one: one.pull.number, reverse=bool(orderBy and orderBy["direction"] == "DESC"))
        return Connection(views, first=more.get("first"), last=more.get("last"), after=more.get("after"))
