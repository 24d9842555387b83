"""Repositories in lists: an owner's, a search's, those of some ids; and who is shown what."""
# ruff: noqa: N803 - the names are GitHub's own

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from graphql import GraphQLResolveInfo

from tests.fake_github.graphql_views import Connection, Context, RepositoryView, failed
from tests.fake_github.shapes import node_id
from tests.fake_github.state import Account, Repository

MOST_FOUND = 1_000
"""Results of one search, however many there are."""


def shown(context: Context, repositories: Iterable[Repository]) -> Iterator[Repository]:
    """Those that are there, and that the token may know of."""
    token = context.token
    for each in repositories:
        outside = token.repositories is not None and each.slug not in token.repositories
        if each.gone != 404 and not (each.private and (outside or not token.allows("metadata", "read"))):
            yield each


def listed(context: Context, repositories: Iterable[Repository], **more: Any) -> Connection:
    """A connection of them; one that is `unseen` is null, with an error beside the data."""
    found = list(shown(context, repositories))
    page = Connection(found, first=more.get("first"), last=more.get("last"), after=more.get("after"))
    page.nodes = [view(context, each) for each in page.nodes]
    for edge in page.edges:
        edge["node"] = view(context, edge["node"])
    return page


def view(context: Context, repository: Repository) -> Any:
    if not repository.unseen:
        return RepositoryView(context, repository)

    def hole(_: GraphQLResolveInfo) -> Any:
        raise failed("NOT_FOUND", f"Could not resolve to a node with the global id of '{node_id('R', repository.id)}'.")

    return hole


ORDERS = {"CREATED_AT": "id", "NAME": "slug", "PUSHED_AT": "pushed_at"}


@dataclass
class OwnerView:
    context: Context
    account: Account

    @property
    def typename(self) -> str:
        return "Organization" if self.account.kind == "Organization" else "User"

    @property
    def id(self) -> str:
        return node_id("U", self.account.id)

    @property
    def login(self) -> str:
        return self.account.login

    def repositories(
        self, _: GraphQLResolveInfo, orderBy: dict[str, str] | None = None, ownerAffiliations: Any = None, **more: Any
    ) -> Connection:
        ours = [each for each in self.context.server.repositories.values() if each.owner is self.account]
        order = orderBy or {"field": "CREATED_AT", "direction": "ASC"}
        ours.sort(key=lambda each: getattr(each, ORDERS[order["field"]]), reverse=order["direction"] == "DESC")
        return listed(self.context, ours, **more)


def owner(context: Context, login: str) -> OwnerView | None:
    """By its name, whose case does not matter."""
    found = (one for name, one in context.server.accounts.items() if name.lower() == login.lower())
    account = next((one for one in found if one.kind in ("User", "Organization")), None)
    return OwnerView(context, account) if account else None


def search(context: Context, query: str, **more: Any) -> Connection:
    """`topic:`, `org:`, `user:`, `fork:true` and `created:A..B`, the qualifiers that the bot sends."""
    words = dict(re.findall(r"(\w+):(\S+)", query))
    unknown = set(words) - {"topic", "org", "user", "fork", "created"}
    assert not unknown, f"a search by {unknown}"
    since, _, until = words.get("created", "..").partition("..")

    def fits(each: Repository) -> bool:
        mine = words.get("org") or words.get("user")
        day = each.created_at[:10]
        return (
            words.get("topic") in (None, *each.topics)
            and mine in (None, each.owner.login)
            and (each.fork_of is None or words.get("fork") == "true")
            and (since or day) <= day <= (until or day)
        )

    found = list(shown(context, (each for each in context.server.repositories.values() if fits(each))))
    page = listed(context, found[:MOST_FOUND], **more)
    page.repositoryCount = len(found)  # type: ignore[attr-defined]
    return page


def nodes(context: Context, ids: list[str]) -> list[Any]:
    """Repositories and pull requests by their ids; null, with an error, for what is not there."""
    known = {node_id("R", each.id): each for each in shown(context, context.server.repositories.values())}

    def hole(name: str) -> Any:
        raise failed("NOT_FOUND", f"Could not resolve to a node with the global id of '{name}'.")

    return [view(context, known[name]) if name in known else (lambda _, name=name: hole(name)) for name in ids]
