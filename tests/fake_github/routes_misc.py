"""Who am I, how much is left, the repository itself, tarballs, apps and their tokens, SARIF uploads."""

from __future__ import annotations

import base64
import gzip
import hashlib
import json
import re
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import jwt

from tests.fake_github.gitdb import GitFailed
from tests.fake_github.state import ALL_WRITE, Account, Repository
from tests.fake_github.wire import Answer, Refused, Request, page_of, repository_route, route

if TYPE_CHECKING:
    from tests.fake_github.server import FakeGitHub


@repository_route("GET", "", ("metadata", "read"))
def get_repository(server: FakeGitHub, repository: Repository, request: Request) -> Answer:
    return Answer(200, server.shapes.repository(repository))


@route("GET", "/user")
def get_user(server: FakeGitHub, request: Request) -> Answer:
    """Installation tokens may not ask who they are here: GITHUB_TOKEN gets a 403."""
    if request.token is None:
        raise Refused(401, "Requires authentication")
    if request.token.installation:
        raise Refused(403, "Resource not accessible by integration")
    facts = dict.fromkeys(("name", "company", "location", "email", "hireable", "bio", "blog"), None)
    counts = dict.fromkeys(("public_repos", "public_gists", "followers", "following"), 0)
    dates = dict.fromkeys(("created_at", "updated_at"), "2026-01-01T00:00:00Z")
    return Answer(200, {**server.shapes.account(request.token.account), **facts, **counts, **dates})


@route("GET", "/rate_limit")
def get_rate_limit(server: FakeGitHub, request: Request) -> Answer:
    limit, used = (request.token.limit, request.token.used) if request.token else (60, 0)
    core = {"limit": limit, "used": used, "remaining": max(limit - used, 0), "reset": int(server.clock()) + 3600}
    return Answer(200, {"resources": {"core": core, "search": core}, "rate": core})


@repository_route("GET", "/tarball/{ref*}", ("contents", "read"))
def get_tarball(server: FakeGitHub, repository: Repository, request: Request) -> Answer:
    """Redirects to another address, as GitHub does to its download host."""
    sha = repository.git.resolve(request.groups["ref"])
    if sha is None:
        raise Refused(404, "Not Found")
    return Answer(302, None, {"Location": f"{server.shapes.api}/tarballs/{repository.slug}/{sha}"})


@route("GET", "/tarballs/{owner}/{repo}/{sha}")
def download_tarball(server: FakeGitHub, request: Request) -> Answer:
    """The redirect's target; it needs no token and must not be sent one."""
    repository = server.repositories[f"{request.groups['owner']}/{request.groups['repo']}"]
    sha = request.groups["sha"]
    prefix = f"{repository.slug.replace('/', '-')}-{sha[:7]}/"
    try:
        data = repository.git.run("archive", "--format=tar", f"--prefix={prefix}", sha)
    except GitFailed:
        raise Refused(404, "Not Found") from None
    return Answer(200, gzip.compress(data, mtime=0))


# -- apps ----------------------------------------------------------------------------------------------------


def app_of(server: FakeGitHub, request: Request) -> Account:
    """The app whose key signed the request's JWT."""
    scheme, _, text = request.headers.get("Authorization", "").partition(" ")
    try:
        number = int(jwt.decode(text, options={"verify_signature": False})["iss"])
        app: Account = server.apps[number]["account"]
        jwt.decode(text, server.apps[number]["public_key"], algorithms=["RS256"])
    except (jwt.InvalidTokenError, KeyError, ValueError):
        raise Refused(401, "A JSON web token could not be decoded") from None
    del scheme
    return app


@repository_route("GET", "/installation")
def get_installation(server: FakeGitHub, repository: Repository, request: Request) -> Answer:
    """Where the app of the request's JWT is installed; 404 where it is not."""
    return installation_for(server, request)


@route("GET", "/orgs/{org}/installation")
def get_organization_installation(server: FakeGitHub, request: Request) -> Answer:
    account = server.accounts.get(request.groups["org"])
    if account is None or account.kind != "Organization":
        raise Refused(404, "Not Found")
    return installation_for(server, request)


@route("GET", "/users/{username}/installation")
def get_user_installation(server: FakeGitHub, request: Request) -> Answer:
    account = server.accounts.get(request.groups["username"])
    if account is None or account.kind != "User":
        raise Refused(404, "Not Found")
    return installation_for(server, request)


def installation_for(server: FakeGitHub, request: Request) -> Answer:
    account = app_of(server, request)
    number, app = next(pair for pair in server.apps.items() if pair[1]["account"] is account)
    if app.get("installation") is None:
        raise Refused(404, "Not Found")
    return Answer(200, server.shapes.installation(number, app["installation"], account))


# -- custom properties ---------------------------------------------------------------------------------------
@route("GET", "/orgs/{org}/properties/values")
def list_property_values(server: FakeGitHub, request: Request) -> Answer:
    """`repository_query=props.NAME:VALUE` narrows the list; an App needs the organisation's permission for it."""
    token = request.token
    if token is None or (not token.actions and not token.allows("organization_custom_properties", "read")):
        raise Refused(403, "Resource not accessible by integration")
    wanted = re.fullmatch(r'props\.([^:]+):"?([^"]*)"?', request.query.get("repository_query", ""))
    ours = [each for each in server.repositories.values() if each.owner.login == request.groups["org"]]
    found = [each for each in ours if each.gone is None and (wanted is None or has_property(each, *wanted.groups()))]
    page, headers = page_of(request, found, address=server.shapes.api)
    return Answer(200, [server.shapes.properties(each) for each in page], headers)


def has_property(repository: Repository, name: str, value: str) -> bool:
    given = repository.properties.get(name)
    return value in given if isinstance(given, list) else given == value


@route("POST", "/app/installations/{installation}/access_tokens")
def create_installation_token(server: FakeGitHub, request: Request) -> Answer:
    """An hour's token, narrowed to what was asked for."""
    account = app_of(server, request)
    body = request.body
    names = body.get("repositories")
    owners = {slug.split("/")[1]: slug for slug in server.repositories}
    slugs = frozenset(owners[name] for name in names) if names else None
    if numbers := body.get("repository_ids"):
        slugs = frozenset(each.slug for each in server.repositories.values() if each.id in numbers)
    expires = server.clock() + 3600
    token = server.new_token(
        account, permissions=body.get("permissions") or ALL_WRITE, expires_at=expires, repositories=slugs
    )
    when = datetime.fromtimestamp(expires, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    return Answer(201, {"token": token.text, "expires_at": when, "permissions": {"contents": "write"}})


@repository_route("POST", "/code-scanning/sarifs", ("security_events", "write"))
def upload_sarif(server: FakeGitHub, repository: Repository, request: Request) -> Answer:
    body = request.body
    data = gzip.decompress(base64.b64decode(body["sarif"]))
    name = hashlib.sha256(data).hexdigest()[:36]
    (run,) = json.loads(data)["runs"]
    category = run.get("automationDetails", {}).get("id", "").rpartition("/")[0]
    one = {"commit": body["commit_sha"], "ref": body["ref"], "category": category, "run": run, "id": name}
    same = ("commit", "ref", "category")
    kept = [each for each in repository.sarif if any(each[key] != one[key] for key in same)]
    repository.sarif[:] = [*kept, one]
    return Answer(202, {"id": name, "url": f"{server.shapes.api}/repos/{repository.slug}/code-scanning/sarifs/{name}"})


@repository_route("GET", "/code-scanning/analyses", ("security_events", "read"))
def list_analyses(server: FakeGitHub, repository: Repository, request: Request) -> Answer:
    """Newest first; 404 where there never was one. Public or not, this takes the right."""
    if request.token is None or not request.token.allows("security_events", "read"):
        raise Refused(
            403,
            "Resource not accessible by integration",
            headers={"X-Accepted-GitHub-Permissions": "security_events=read"},
        )
    if not repository.sarif:
        raise Refused(404, "no analysis found")
    query = request.query
    found = [
        server.shapes.analysis(repository, one)
        for one in reversed(repository.sarif)
        if query.get("ref") in (None, one["ref"])
        and query.get("tool_name") in (None, one["run"]["tool"]["driver"]["name"])
    ]
    return Answer(200, found[: int(query.get("per_page", 30))])
