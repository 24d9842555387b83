"""GitHub's rate limits as GitHub writes them down, by the server's clock: hours, minutes, points, writes, concurrency.

Off unless a test says `github.rates.enforced = True`: then every request of an identity is counted against

- the primary limits of an hour: requests of the REST API, points of GraphQL by the cost of each query;
- the secondary ones of a minute: 900 points of the REST API (a read is one, a write five), 2,000 of GraphQL (a query is
  one, a mutation five), 80 requests that create content, 100 requests at the same time; and 500 that create content an
  hour.

Whoever asks again before the time that a refusal named is in `unheeded`: GitHub bans for that.
"""

from __future__ import annotations

import threading
from collections import Counter, deque
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from graphql import (
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLSyntaxError,
    InlineFragmentNode,
    IntValueNode,
    OperationDefinitionNode,
    SelectionSetNode,
    VariableNode,
    parse,
)

from tests.fake_github.faults import RATE_LIMITED
from tests.fake_github.wire import Answer, Refused, Request

if TYPE_CHECKING:
    from tests.fake_github.server import FakeGitHub
    from tests.fake_github.state import Token

SECONDARY = "You have exceeded a secondary rate limit. Please wait a few minutes before you try again."
REST_POINTS, GRAPHQL_POINTS, CREATED_A_MINUTE, CREATED_AN_HOUR, AT_ONCE = 900, 2_000, 80, 500, 100
MOST_NODES = 500_000
HOUR, MINUTE = 3_600.0, 60.0


@dataclass
class Window:
    """An hour that begins with its first request."""

    used: int = 0
    reset: float = 0.0


@dataclass
class Rates:
    """The limits of every identity. `spent` counts all that was used, by resource, `refused` what was refused."""

    server: FakeGitHub
    enforced: bool = False
    graphql_limit: int = 5_000
    windows: dict[tuple[str, str], Window] = field(default_factory=dict)
    recent: dict[tuple[str, str], deque[tuple[float, int]]] = field(default_factory=dict)
    closed: dict[tuple[str, str], float] = field(default_factory=dict)
    spent: Counter[str] = field(default_factory=Counter)
    refused: Counter[str] = field(default_factory=Counter)
    unheeded: list[str] = field(default_factory=list)
    busy: int = 0
    busiest: int = 0
    _lock: threading.Lock = field(default_factory=threading.Lock)

    @contextmanager
    def underway(self) -> Iterator[None]:
        """Around one request from its first byte to its answer."""
        with self._lock:
            self.busy += 1
            self.busiest = max(self.busiest, self.busy)
        try:
            yield
        finally:
            with self._lock:
                self.busy -= 1

    def admit(self, request: Request) -> Answer | None:
        """Count a request. An answer in its place where GraphQL says no with 200; raises `Refused` for the others."""
        token = request.token
        if token is None or request.path == "/rate_limit":
            return None
        resource = "graphql" if request.path == "/graphql" else "core"
        if not self.enforced:
            if token.used >= token.limit:
                raise Refused(403, f"API rate limit exceeded for installation ID {token.account.id}.")
            token.used += 1
            return None
        self._heeded(token, resource, request)
        self._secondary(token, resource, request)
        return self._primary(token, resource, request)

    def refund(self, request: Request, answer: Answer) -> None:
        """A 304 costs nothing."""
        if self.enforced and request.token is not None and answer.status == 304:
            self._window(request.token, "core").used -= 1

    # -- one identity ----------------------------------------------------------------------------------------
    def _heeded(self, token: Token, resource: str, request: Request) -> None:
        if self.server.clock() < self.closed.get((token.account.login, resource), 0.0):
            self.unheeded.append(f"{request.method} {request.path}")

    def _secondary(self, token: Token, resource: str, request: Request) -> None:
        write = is_mutation(request) if resource == "graphql" else request.method != "GET"
        limit = GRAPHQL_POINTS if resource == "graphql" else REST_POINTS
        creates = request.method == "POST" and (resource == "core" or write)
        self._count(token, resource, f"{resource} points", limit=limit, points=5 if write else 1)
        if creates:
            self._count(token, resource, "content a minute", limit=CREATED_A_MINUTE)
            self._count(token, resource, "content an hour", limit=CREATED_AN_HOUR, seconds=HOUR)
        if self.busy > AT_ONCE:
            self._refuse(token, resource, "at once", MINUTE)

    def _count(
        self, token: Token, resource: str, name: str, *, limit: int, points: int = 1, seconds: float = MINUTE
    ) -> None:
        now = self.server.clock()
        recent = self.recent.setdefault((token.account.login, name), deque())
        while recent and recent[0][0] <= now - seconds:
            recent.popleft()
        if sum(each for _, each in recent) + points > limit:
            self._refuse(token, resource, name, recent[0][0] + seconds - now + 1)
        recent.append((now, points))

    def _refuse(self, token: Token, resource: str, name: str, wait: float) -> None:
        self.refused[name] += 1
        self.closed[token.account.login, resource] = self.server.clock() + int(wait)
        raise Refused(403, SECONDARY, headers={"Retry-After": str(int(wait) + 1)})

    def _primary(self, token: Token, resource: str, request: Request) -> Answer | None:
        window = self._window(token, resource)
        cost = query_cost(request) if resource == "graphql" else 1
        if isinstance(cost, Answer):
            return cost
        if window.used + cost > self.limit(token, resource):
            self.refused[resource] += 1
            self.closed[token.account.login, resource] = window.reset
            if resource == "graphql":
                return Answer(200, RATE_LIMITED)
            raise Refused(403, f"API rate limit exceeded for installation ID {token.account.id}.")
        window.used += cost
        self.spent[resource] += cost
        return None

    def _window(self, token: Token, resource: str) -> Window:
        window = self.windows.setdefault((token.account.login, resource), Window())
        if self.server.clock() >= window.reset:
            window.used, window.reset = 0, self.server.clock() + HOUR
        return window

    def limit(self, token: Token, resource: str) -> int:
        return self.graphql_limit if resource == "graphql" else token.limit

    def headers(self, token: Token | None, resource: str) -> dict[str, str]:
        """The headers that count a token's requests."""
        if token is None or self.server.hide_limits:
            return {}
        limit, used, reset = token.limit, token.used, self.server.clock() + HOUR
        if self.enforced:
            window = self._window(token, resource)
            limit, used, reset = self.limit(token, resource), window.used, window.reset
        counts = {"Limit": limit, "Remaining": max(limit - used, 0), "Used": used, "Reset": int(reset)}
        named = {f"X-RateLimit-{name}": str(value) for name, value in counts.items()}
        return named | {"X-RateLimit-Resource": resource if self.enforced else "core"}


# -- what a query costs --------------------------------------------------------------------------------------
def is_mutation(request: Request) -> bool:
    return str(request.body.get("query", "")).lstrip().startswith("mutation")


def query_cost(request: Request) -> int | Answer:
    """Points of a GraphQL query: the requests that its connections take, by a hundred, and at least one.

    Source: "Rate limits and query limits for the GraphQL API". An answer instead for more nodes than one query may ask.
    """
    try:
        document = parse(request.body["query"])
    except GraphQLSyntaxError:
        return 1
    asked, nodes = _Counting(document, request.body.get("variables") or {}).total()
    if nodes > MOST_NODES:
        message = f"This query requests up to {nodes:,} possible nodes which exceeds the maximum limit of 500,000."
        return Answer(200, {"errors": [{"type": "MAX_NODE_LIMIT_EXCEEDED", "message": message}]})
    return max(1, round(asked / 100))


class _Counting:
    def __init__(self, document: DocumentNode, variables: dict[str, Any]) -> None:
        self.variables = variables
        self.roots = [each for each in document.definitions if isinstance(each, OperationDefinitionNode)]
        fragments = [each for each in document.definitions if isinstance(each, FragmentDefinitionNode)]
        self.fragments = {each.name.value: each for each in fragments}

    def total(self) -> tuple[int, int]:
        """Requests, and nodes at most."""
        parts = [self._of(root.selection_set, 1) for root in self.roots]
        return sum(one for one, _ in parts), sum(nodes for _, nodes in parts)

    def _of(self, selections: SelectionSetNode | None, times: int) -> tuple[int, int]:
        asked = nodes = 0
        for each in selections.selections if selections else ():
            if isinstance(each, FieldNode):
                if self._left_out(each):
                    continue
                size = self._size(each)
                below = self._of(each.selection_set, times * (size or 1))
                asked += below[0] + (times if size else 0)
                nodes += below[1] + times * size
            else:
                spread = self.fragments[each.name.value] if isinstance(each, FragmentSpreadNode) else each
                assert isinstance(spread, FragmentDefinitionNode | InlineFragmentNode)
                below = self._of(spread.selection_set, times)
                asked, nodes = asked + below[0], nodes + below[1]
        return asked, nodes

    def _value(self, value: Any) -> Any:
        return (
            self.variables.get(value.name.value) if isinstance(value, VariableNode) else getattr(value, "value", None)
        )

    def _left_out(self, field_node: FieldNode) -> bool:
        conditions = [each for each in field_node.directives if each.name.value == "include"]
        return any(self._value(each.arguments[0].value) is False for each in conditions)

    def _size(self, field_node: FieldNode) -> int:
        """Nodes a page of a connection, 0 for any other field."""
        for argument in field_node.arguments:
            if argument.name.value in ("first", "last"):
                value = argument.value
                return int(value.value) if isinstance(value, IntValueNode) else int(self._value(value) or 0)
        return 0
