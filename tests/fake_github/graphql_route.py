"""The `/graphql` endpoint: graphql-core runs the query over `schema.SCHEMA`: a misspelt field fails as on GitHub."""
# ruff: noqa: N802 - the names are GitHub's own

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any

from graphql import GraphQLResolveInfo, GraphQLSchema, build_schema, graphql_sync

from tests.fake_github import graphql_lists
from tests.fake_github.graphql_views import Connection, Context, RepositoryView, ThreadView, failed, user
from tests.fake_github.schema import SCHEMA
from tests.fake_github.shapes import node_id
from tests.fake_github.wire import Answer, Refused, Request, route

if TYPE_CHECKING:
    from graphql import GraphQLError

    from tests.fake_github.server import FakeGitHub


class Root:
    """Queries and mutations; `context` is who asks."""

    def __init__(self, context: Context) -> None:
        self.context = context

    def viewer(self, _: GraphQLResolveInfo) -> dict[str, str]:
        return user(self.context.token.account)

    def rateLimit(self, _: GraphQLResolveInfo, **__: Any) -> dict[str, Any]:
        return {"cost": 1, "limit": 5000, "remaining": 4999, "resetAt": "2026-01-01T00:00:00Z"}

    def repositoryOwner(self, _: GraphQLResolveInfo, login: str) -> graphql_lists.OwnerView | None:
        return graphql_lists.owner(self.context, login)

    def search(self, _: GraphQLResolveInfo, query: str, type: str, **more: Any) -> Connection:
        return graphql_lists.search(self.context, query, **more)

    def node(self, _: GraphQLResolveInfo, id: str) -> Any:
        (found,) = graphql_lists.nodes(self.context, [id])
        return found(_) if callable(found) else found

    def nodes(self, _: GraphQLResolveInfo, ids: list[str]) -> list[Any]:
        return graphql_lists.nodes(self.context, ids)

    def repository(self, _: GraphQLResolveInfo, owner: str, name: str, **__: Any) -> RepositoryView:
        server, slug = self.context.server, f"{owner}/{name}"
        found = server.repositories.get(server.moved.get(slug, slug))
        if found is None or found.gone or (found.private and not self.context.token.allows("pull_requests", "read")):
            raise failed("NOT_FOUND", f"Could not resolve to a Repository with the name '{owner}/{name}'.")
        return RepositoryView(self.context, found)

    def resolveReviewThread(self, _: GraphQLResolveInfo, input: dict[str, str]) -> dict[str, Any]:
        """Needs to write pull requests **and** contents."""
        token = self.context.token
        for repository in self.context.server.repositories.values():
            for pull in repository.pulls.values():
                for thread in pull.threads:
                    if node_id("PRRT", thread.id) == input["threadId"]:
                        if not (token.allows("pull_requests", "write") and token.allows("contents", "write")):
                            raise failed("FORBIDDEN", "Resource not accessible by integration")
                        thread.resolved_by = token.account
                        return {"thread": ThreadView(self.context, repository, thread, thread.commit)}
        raise failed("NOT_FOUND", f"Could not resolve to a node with the global id of '{input['threadId']}'")

    def updateRefs(self, _: GraphQLResolveInfo, input: dict[str, Any]) -> dict[str, Any]:
        """All or none. A `beforeOid` that is not where the ref stands, zeros for one that must not be there, says no."""
        found = [
            each for each in self.context.server.repositories.values() if node_id("R", each.id) == input["repositoryId"]
        ]
        if not found or not self.context.token.allows("contents", "write"):
            raise failed("FORBIDDEN", "Resource not accessible by integration")
        git = found[0].git
        for each in input["refUpdates"]:
            stands = git.refs(each["name"]).get(each["name"], "0" * 40)
            if each["name"].removeprefix("refs/heads/") in found[0].protected:
                raise failed("UNPROCESSABLE", "Cannot update this protected ref.")
            if each.get("beforeOid") not in (None, stands):
                raise failed("UNPROCESSABLE", f"{each['name']} is at {stands} but expected {each['beforeOid']}")
            if not (each["force"] or stands == "0" * 40 or git.is_ancestor(stands, each["afterOid"])):
                raise failed("UNPROCESSABLE", f"{each['name']} can't be fast-forwarded.")
        for each in input["refUpdates"]:
            git.update_ref(each["name"], each["afterOid"])
        return {"clientMutationId": input.get("clientMutationId")}


@cache
def built() -> GraphQLSchema:
    schema = build_schema(SCHEMA)
    for name in ("GitObject", "PullRequestTimelineItems", "Node", "RepositoryOwner", "SearchResultItem"):
        schema.type_map[name].resolve_type = lambda value, *_: value.typename  # type: ignore[union-attr]
    return schema


def error_json(error: GraphQLError) -> dict[str, Any]:
    formatted: dict[str, Any] = dict(error.formatted)
    kind = (formatted.pop("extensions", None) or {}).get("type")
    return {**({"type": kind} if kind else {}), **formatted}


@route("POST", "/graphql")
def graphql(server: FakeGitHub, request: Request) -> Answer:
    if request.token is None:
        raise Refused(401, "This endpoint requires you to be authenticated.")
    body, context = request.body, Context(server, request.token)
    done = graphql_sync(built(), body["query"], root_value=Root(context), variable_values=body.get("variables"))
    invalid = [error for error in done.errors or [] if error.path is None]
    server.undescribed.extend(f"GraphQL: {error}" for error in invalid)
    errors = [error_json(error) for error in done.errors or []]
    return Answer(200, {"data": done.data, **({"errors": errors} if errors else {})})
