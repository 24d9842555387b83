"""The test server's rate limits are GitHub's: what is counted, what is refused, and when it is whole again."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
import requests

from tests.fake_github import FakeGitHub
from tests.fake_github.rates import SECONDARY
from tests.sweep_run_helpers import Clock

PAGE = 'query($n: Int!) { repositoryOwner(login: "octo") { repositories(first: $n) { nodes { %s } } } }'
LANGUAGES = "languages(first: 100) { nodes { name } }"
TOPICS = "repositoryTopics(first: 20) { nodes { topic { name } } }"


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def github(clock: Clock) -> Iterator[FakeGitHub]:
    with FakeGitHub() as server:
        server.create_repository({"a.py": "import torch\n"})
        server.rates.enforced, server.clock = True, clock
        yield server


def ask(github: FakeGitHub, path: str, **body: Any) -> requests.Response:
    url = github.graphql_url if path == "graphql" else f"{github.api_url}/repos/octo/models{path}"
    headers = {"Authorization": f"Bearer {github.token.text}"}
    return requests.request("POST" if body else "GET", url, headers=headers, json=body or None, timeout=60)


@pytest.mark.parametrize(
    ("inside", "points"), [("id", 1), (LANGUAGES, 1), (f"{LANGUAGES} {TOPICS}", 2), (f"a: {TOPICS} b: {TOPICS}", 2)]
)
def test_a_query_costs_what_its_connections_take(github: FakeGitHub, inside: str, points: int) -> None:
    assert ask(github, "graphql", query=PAGE % inside, variables={"n": 100}).status_code == 200
    assert github.rates.spent == {"graphql": points}


def test_half_a_million_nodes_are_too_many(github: FakeGitHub) -> None:
    inside = "pullRequests(first: 100) { nodes { comments(first: 100) { nodes { id } } } }"
    said = ask(github, "graphql", query=PAGE % inside, variables={"n": 100}).json()
    assert said["errors"][0]["type"] == "MAX_NODE_LIMIT_EXCEEDED"
    assert github.rates.spent == {}


def test_the_hour_of_rest_is_whole_again_after_an_hour(github: FakeGitHub, clock: Clock) -> None:
    github.token.limit = 2
    answers = [ask(github, "") for _ in range(3)]
    assert [each.status_code for each in answers] == [200, 200, 403]
    assert answers[2].headers["X-RateLimit-Remaining"] == "0"
    assert float(answers[2].headers["X-RateLimit-Reset"]) == clock.now + 3600
    assert ask(github, "").status_code == 403
    assert len(github.rates.unheeded) == 1
    clock.now += 3600
    assert ask(github, "").status_code == 200


def test_the_hour_of_graphql_is_another_and_says_so_with_200(github: FakeGitHub) -> None:
    github.rates.graphql_limit = 1
    assert ask(github, "graphql", query="{ viewer { login } }").json()["data"]["viewer"]
    said = ask(github, "graphql", query="{ viewer { login } }")
    assert (said.status_code, said.json()["errors"][0]["type"]) == (200, "RATE_LIMITED")
    assert said.headers["X-RateLimit-Resource"] == "graphql"
    assert ask(github, "").status_code == 200


def test_a_minute_of_writing_takes_no_more_than_eighty(github: FakeGitHub, clock: Clock) -> None:
    codes = [ask(github, "/issues", title=f"n{number}").status_code for number in range(81)]
    assert codes == [201] * 80 + [403]
    said = ask(github, "/issues", title="again")
    assert said.json()["message"] == SECONDARY
    clock.now += float(said.headers["Retry-After"])
    assert ask(github, "/issues", title="later").status_code == 201
