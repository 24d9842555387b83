"""The git database: refs, trees, blobs, commits, contents, compare; all on the real repository."""

from __future__ import annotations

import base64
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from tests.fake_github.gitdb import GitFailed, Person
from tests.fake_github.shapes import tree_json
from tests.fake_github.state import Account, Repository
from tests.fake_github.wire import Answer, Refused, Request, repository_route

if TYPE_CHECKING:
    from tests.fake_github.server import FakeGitHub

READ = ("contents", "read")
WRITE = ("contents", "write")


def not_empty(repository: Repository) -> None:
    if not repository.git.refs():
        raise Refused(409, "Git Repository is empty.")


def author_of(server: FakeGitHub, person: Person) -> Account | None:
    return next((one for one in server.accounts.values() if one.email == person.email), None)


def commit_json(server: FakeGitHub, repository: Repository, sha: str) -> dict[str, Any]:
    facts = repository.git.facts(sha)
    author = author_of(server, facts.author)
    return server.shapes.commit(repository, facts, author=author, signed=sha in server.signed)


@repository_route("GET", "/git/ref/{ref*}", READ)
def get_ref(server: FakeGitHub, repository: Repository, request: Request) -> Answer:
    not_empty(repository)
    name = f"refs/{request.groups['ref']}"
    sha = repository.git.refs("refs/").get(name)
    if sha is None:
        raise Refused(404, "Not Found")
    return Answer(200, server.shapes.ref(repository, name, sha))


@repository_route("POST", "/git/refs", WRITE)
def create_ref(server: FakeGitHub, repository: Repository, request: Request) -> Answer:
    name, sha = request.body["ref"], request.body["sha"]
    not_empty(repository)
    if not name.startswith("refs/") or name.count("/") < 2:
        raise Refused(422, f"Reference name must start with 'refs/' and have at least two slashes: {name}")
    if name in repository.git.refs("refs/"):
        raise Refused(422, "Reference already exists")
    if repository.git.kind_of(sha) != "commit":
        raise Refused(422, "Object does not exist")
    guard(repository, name)
    repository.git.update_ref(name, sha)
    return Answer(201, server.shapes.ref(repository, name, sha))


def guard(repository: Repository, name: str) -> None:
    if name.removeprefix("refs/heads/") in repository.protected:
        raise Refused(422, "Repository rule violations found\n\nCannot update this protected ref.\n\n")


@repository_route("PATCH", "/git/refs/{ref*}", WRITE)
def move_ref(server: FakeGitHub, repository: Repository, request: Request) -> Answer:
    name, sha = f"refs/{request.groups['ref']}", request.body["sha"]
    old = repository.git.refs("refs/").get(name)
    if old is None:
        raise Refused(422, "Reference does not exist")
    if repository.git.kind_of(sha) != "commit":
        raise Refused(422, "Object does not exist")
    if not request.body.get("force") and not repository.git.is_ancestor(old, sha):
        raise Refused(422, "Update is not a fast forward")
    guard(repository, name)
    repository.git.update_ref(name, sha)
    return Answer(200, server.shapes.ref(repository, name, sha))


@repository_route("DELETE", "/git/refs/{ref*}", WRITE)
def delete_ref(server: FakeGitHub, repository: Repository, request: Request) -> Answer:
    name = f"refs/{request.groups['ref']}"
    if name not in repository.git.refs("refs/"):
        raise Refused(422, "Reference does not exist")
    repository.git.delete_ref(name)
    return Answer(204)


@repository_route("GET", "/git/trees/{sha*}", READ)
def get_tree(server: FakeGitHub, repository: Repository, request: Request) -> Answer:
    not_empty(repository)
    sha = repository.git.resolve(request.groups["sha"], kind="tree")
    if sha is None:
        raise Refused(404, "Not Found")
    whole = tree_json(server.shapes, repository, repository.git, sha, recursive="recursive" in request.query)
    if len(whole["tree"]) > server.tree_limit:
        whole |= {"truncated": True, "tree": whole["tree"][: server.tree_limit]}
    return Answer(200, whole)


@repository_route("POST", "/git/trees", WRITE)
def create_tree(server: FakeGitHub, repository: Repository, request: Request) -> Answer:
    not_empty(repository)
    git, base = repository.git, None
    if request.body.get("base_tree"):
        base = git.resolve(request.body["base_tree"], kind="tree")
        if base is None:
            raise Refused(404, "Not Found")
    entries = []
    for entry in request.body["tree"]:
        if "content" in entry and "sha" in entry:
            raise Refused(422, "Must supply either tree.sha or tree.content")
        sha = git.write_blob(entry["content"].encode()) if "content" in entry else entry["sha"]
        if sha is not None and git.kind_of(sha) is None:
            raise Refused(422, f"tree.sha {sha} is not a valid {entry['type']}")
        entries.append((entry["mode"], sha, entry["path"]))
    try:
        made = git.make_tree(base, entries)
    except GitFailed as error:
        raise Refused(422, f"GitRPC::BadObjectState: {error}") from None
    return Answer(201, tree_json(server.shapes, repository, git, made, recursive=False))


@repository_route("GET", "/git/blobs/{sha}", READ)
def get_blob(server: FakeGitHub, repository: Repository, request: Request) -> Answer:
    sha = request.groups["sha"]
    if repository.git.kind_of(sha) != "blob":
        raise Refused(404, "Not Found")
    data = repository.git.blob(sha)
    url = f"{server.shapes.api}/repos/{repository.slug}/git/blobs/{sha}"
    content = base64.encodebytes(data).decode()
    body = {"sha": sha, "node_id": f"B_{sha}", "size": len(data), "url": url, "content": content, "encoding": "base64"}
    return Answer(200, body)


@repository_route("POST", "/git/blobs", WRITE)
def create_blob(server: FakeGitHub, repository: Repository, request: Request) -> Answer:
    not_empty(repository)
    text = request.body["content"]
    data = base64.b64decode(text) if request.body.get("encoding") == "base64" else text.encode()
    sha = repository.git.write_blob(data)
    return Answer(201, {"sha": sha, "url": f"{server.shapes.api}/repos/{repository.slug}/git/blobs/{sha}"})


@repository_route("GET", "/git/commits/{sha}", READ)
def get_git_commit(server: FakeGitHub, repository: Repository, request: Request) -> Answer:
    not_empty(repository)
    sha = request.groups["sha"]
    if repository.git.kind_of(sha) != "commit":
        raise Refused(404, "Not Found")
    return Answer(200, server.shapes.git_commit(repository, repository.git.facts(sha), signed=sha in server.signed))


@repository_route("POST", "/git/commits", WRITE)
def create_commit(server: FakeGitHub, repository: Repository, request: Request) -> Answer:
    """Without author and committer the commit is the token's own and GitHub signs it."""
    not_empty(repository)
    body = request.body
    for sha in (body["tree"], *body.get("parents", [])):
        if repository.git.kind_of(sha) is None:
            raise Refused(422, "Tree SHA does not exist" if sha == body["tree"] else "Parent SHA does not exist")
    assert request.token is not None
    date = datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    given = body.get("author")
    whose = request.token.account
    author = (
        Person(given["name"], given["email"], given.get("date", date))
        if given
        else Person(whose.login, whose.email, date)
    )
    signed = "author" not in body and "committer" not in body and whose.kind == "Bot"
    committer = Person("GitHub", "noreply@github.com", date) if signed else author
    sha = repository.git.commit(
        body["tree"], body.get("parents", []), message=body["message"], author=author, committer=committer
    )
    if signed:
        server.signed.add(sha)
    return Answer(201, server.shapes.git_commit(repository, repository.git.facts(sha), signed=signed))


@repository_route("GET", "/contents/{path*}", READ)
def get_contents(server: FakeGitHub, repository: Repository, request: Request) -> Answer:
    git, path = repository.git, request.groups["path"]
    ref = request.query.get("ref") or repository.default_branch
    tree = git.resolve(ref, kind="tree")
    if tree is None:
        raise Refused(404, "Not Found" if not git.refs() else f"No commit found for the ref {ref}")
    parent, _, name = path.rpartition("/")
    folder = git.at(tree, parent)
    listed = git.list_tree(folder) if folder and git.kind_of(folder) == "tree" else []
    entry = next((one for one in listed if one.path == name), None)
    if entry is None:
        raise Refused(404, "Not Found")
    if entry.type == "tree":
        return Answer(200, [])
    if entry.type == "commit" or entry.mode == "120000":
        return Answer(200, odd_content(server, repository, path, entry.sha, symlink=entry.mode == "120000"))
    return Answer(200, server.shapes.content(repository, path, entry.sha, git.blob(entry.sha)))


def odd_content(server: FakeGitHub, repository: Repository, path: str, sha: str, *, symlink: bool) -> dict[str, Any]:
    plain = server.shapes.content(repository, path, sha, b"")
    kept = {key: value for key, value in plain.items() if key not in ("content", "encoding")}
    if symlink:
        return {**kept, "type": "symlink", "target": repository.git.blob(sha).decode("utf-8", "replace")}
    return {**kept, "type": "submodule", "submodule_git_url": f"{server.web}/octo/other.git"}


@repository_route("GET", "/compare/{basehead*}", READ)
def compare(server: FakeGitHub, repository: Repository, request: Request) -> Answer:
    git = repository.git
    base, head = (git.resolve(name) for name in request.groups["basehead"].split("...", 1))
    start = git.merge_base(base, head) if base and head else None
    if base is None or head is None or start is None:
        raise Refused(404, "Not Found")
    ahead, behind = git.between(base, head), git.between(head, base)
    status = "diverged" if ahead and behind else "ahead" if ahead else "behind" if behind else "identical"
    url = f"{server.shapes.api}/repos/{repository.slug}/compare/{request.groups['basehead']}"
    page = f"{server.web}/{repository.slug}/compare/{request.groups['basehead']}"
    files = [server.shapes.file(repository, head, one, patch_limit=server.patch_limit) for one in git.diff(start, head)]
    return Answer(200, {
        "url": url, "html_url": page, "permalink_url": page, "diff_url": f"{page}.diff", "patch_url": f"{page}.patch",
        "base_commit": commit_json(server, repository, base),
        "merge_base_commit": commit_json(server, repository, start),
        "status": status, "ahead_by": len(ahead), "behind_by": len(behind), "total_commits": len(ahead),
        "commits": [commit_json(server, repository, sha) for sha in ahead], "files": files[:300],
    })  # fmt: skip


@repository_route("GET", "/branches/{branch*}", READ)
def get_branch(server: FakeGitHub, repository: Repository, request: Request) -> Answer:
    name = request.groups["branch"]
    sha = repository.git.refs().get(f"refs/heads/{name}")
    if sha is None:
        raise Refused(404, "Branch not found")
    url = f"{server.shapes.api}/repos/{repository.slug}/branches/{name}"
    return Answer(200, {
        "name": name, "commit": commit_json(server, repository, sha),
        "_links": {"html": f"{server.web}/{repository.slug}/tree/{name}", "self": url},
        "protected": name in repository.protected, "protection": {"enabled": False},
        "protection_url": f"{url}/protection",
    })  # fmt: skip


@repository_route("GET", "/commits/{ref*}", READ)
def get_commit(server: FakeGitHub, repository: Repository, request: Request) -> Answer:
    """Takes the known sha as an ETag, and answers with the bare sha when asked for that media type."""
    not_empty(repository)
    sha = repository.git.resolve(request.groups["ref"])
    if sha is None:
        raise Refused(422, f"No commit found for SHA: {request.groups['ref']}")
    if request.headers.get("If-None-Match", "").strip('"') == sha:
        return Answer(304)
    if "sha" in request.headers.get("Accept", ""):
        return Answer(200, sha.encode(), {"ETag": f'"{sha}"'})
    return Answer(200, {**commit_json(server, repository, sha), "files": []}, {"ETag": f'"{sha}"'})
