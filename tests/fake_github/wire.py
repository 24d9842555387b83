"""Requests, answers and the route table, apart from any endpoint."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from tests.fake_github.server import FakeGitHub
    from tests.fake_github.state import Repository, Token


@dataclass
class Request:
    method: str
    path: str
    query: dict[str, str]
    headers: Mapping[str, str]
    raw: bytes
    token: Token | None = None
    groups: dict[str, str] = field(default_factory=dict)

    @property
    def body(self) -> Any:
        return json.loads(self.raw) if self.raw else {}

    def number(self, name: str) -> int:
        return int(self.groups[name])


@dataclass
class Answer:
    """`body` is JSON unless it is bytes."""

    status: int
    body: Any = None
    headers: dict[str, str] = field(default_factory=dict)

    def encoded(self) -> bytes:
        if isinstance(self.body, bytes):
            return self.body
        return b"" if self.body is None else json.dumps(self.body).encode("utf-8", "surrogatepass")


class Refused(Exception):
    """An endpoint's way of saying no."""

    def __init__(
        self, status: int, message: str, *, errors: list[Any] | None = None, headers: dict[str, str] | None = None
    ) -> None:
        super().__init__(message)
        self.answer = Answer(
            status,
            {
                "message": message,
                "documentation_url": "https://docs.github.com/rest",
                "status": str(status),
                **({"errors": errors} if errors else {}),
            },
            headers or {},
        )


Endpoint = Callable[["FakeGitHub", Request], Answer]
RepositoryEndpoint = Callable[["FakeGitHub", "Repository", Request], Answer]


@dataclass(frozen=True)
class Route:
    """`needs` are alternatives of `(permission, level)`; none means anyone with a token."""

    method: str
    template: str
    pattern: re.Pattern[str]
    needs: tuple[tuple[str, str], ...]
    endpoint: Endpoint


ROUTES: list[Route] = []


def route(method: str, template: str, *needs: tuple[str, str]) -> Callable[[Endpoint], Endpoint]:
    """Register an endpoint. `{name}` matches one segment, `{name*}` the rest of the path."""

    def register(endpoint: Endpoint) -> Endpoint:
        parts = re.split(r"\{(\w+)(\*?)\}", template)
        pattern = ""
        for index in range(0, len(parts) - 1, 3):
            inner = ".+" if parts[index + 2] else "[^/]+"
            pattern += re.escape(parts[index]) + f"(?P<{parts[index + 1]}>{inner})"
        pattern += re.escape(parts[-1])
        ROUTES.append(Route(method, template.replace("*}", "}"), re.compile(pattern), needs, endpoint))
        return endpoint

    return register


def repository_route(
    method: str, rest: str, *needs: tuple[str, str]
) -> Callable[[RepositoryEndpoint], RepositoryEndpoint]:
    """The same under `/repos/{owner}/{repo}`, with the repository found and its permissions asked first."""

    def register(endpoint: RepositoryEndpoint) -> RepositoryEndpoint:
        def found(server: FakeGitHub, request: Request) -> Answer:
            repository = server.permitted(request, needs)
            return endpoint(server, repository, request)

        route(method, "/repos/{owner}/{repo}" + rest, *needs)(found)
        return endpoint

    return register


def page_of(request: Request, items: list[Any], *, address: str) -> tuple[list[Any], dict[str, str]]:
    """One page and its `Link` header; 30 a page unless asked, never more than 100."""
    size = min(int(request.query.get("per_page", "30")), 100)
    page = int(request.query.get("page", "1"))
    last = max((len(items) + size - 1) // size, 1)
    others = {"next": page + 1, "last": last} if page < last else {}
    if page > 1:
        others |= {"first": 1, "prev": page - 1}
    query = {key: value for key, value in request.query.items() if key != "page"}
    link = ", ".join(
        f'<{address}{request.path}?{"&".join(f"{k}={v}" for k, v in {**query, "page": n}.items())}>; rel="{rel}"'
        for rel, n in others.items()
    )
    return items[(page - 1) * size : page * size], {"Link": link} if link else {}
