"""A GitHub to test against: stateful, with real git behind it, and held to GitHub's own published description.

    with FakeGitHub() as github:
        repository = github.create_repository({"train.py": "import torch\\n"})
        pull = github.open_pull_request(repository, {"train.py": "import torch\\ntorch.load('x.pt')\\n"})
        ... run the bot with github.api_url, github.token.text, repository.slug, pull.number ...
        assert [str(entry) for entry in github.mutating] == ["POST /repos/octo/models/pulls/1/reviews 200"]

What is there
- `github.api_url` (`.../api/v3` with `ghes=True`), `github.web` (git over HTTP: `<web>/<slug>.git`, any user name,
  the token as password), `github.token` (a GITHUB_TOKEN that may write everything), `github.new_token(account,
  permissions={...})`.
- Fixtures (fixtures.py): `create_repository(files, slug=, modes=, private=, actions_may_open_pulls=, drafts=, ...)`,
  `fork`, `commit(repository, files, branch=, amend=)`, `open_pull_request(repository, files, branch=, head=fork)`,
  `close`, `comment`, `start_thread`, `reply`, `resolve`, `pull_request_event`, `push_event`. A file's content is
  bytes, str, or None to delete it.
- The log: `github.requests` (API), `github.mutating` (API writes and pushes), `github.forget()` to count from here.
- Faults (faults.py): `github.faults.add("POST", r"/pulls$", status=502, after=True)`.
- The state itself (state.py), free to look at and to change: `repository.pulls[1].threads`, `repository.git.blob(...)`.

Every REST request and answer is validated against GitHub's OpenAPI description (description.py), every GraphQL query
against GitHub's types (schema.py). A mismatch answers 400 or 500 and raises `Undescribed` when the `with` block ends.

Standalone: `python -m tests.fake_github --port 8123 --root /tmp/github` prints its address; see `__main__.py`.
"""

from tests.fake_github import graphql_route, routes_git, routes_issues, routes_misc, routes_pulls
from tests.fake_github.description import Undescribed
from tests.fake_github.server import FakeGitHub, Logged
from tests.fake_github.state import ALL_WRITE, READ_ONLY, Account, Pull, Repository, Thread, Token

ENDPOINTS = (graphql_route, routes_git, routes_issues, routes_misc, routes_pulls)

__all__ = [
    "ALL_WRITE", "ENDPOINTS", "READ_ONLY", "Account", "FakeGitHub", "Logged", "Pull", "Repository", "Thread", "Token",
    "Undescribed",
]  # fmt: skip
