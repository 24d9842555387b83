"""Pull requests and their reviews."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tests.fake_github.anchors import anchor_hunk, shown_hunks
from tests.fake_github.state import Comment, Event, Pull, Repository, Review, Thread, now
from tests.fake_github.wire import Answer, Refused, Request, page_of, repository_route

if TYPE_CHECKING:
    from tests.fake_github.server import FakeGitHub

READ = ("pull_requests", "read")
WRITE = ("pull_requests", "write")
BODY_LIMIT = 65_536
NOT_A_COLLABORATOR = (
    "Reviews may only be requested from collaborators. "
    "One or more of the users or teams you specified is not a collaborator."
)


def pull_of(repository: Repository, request: Request) -> Pull:
    pull = repository.pulls.get(request.number("number"))
    if pull is None:
        raise Refused(404, "Not Found")
    return pull


def short_enough(body: str | None) -> None:
    if body and len(body) > BODY_LIMIT:
        raise Refused(422, "Validation Failed", errors=[f"body is too long (maximum is {BODY_LIMIT} characters)"])


@repository_route("GET", "/pulls", READ)
def list_pulls(server: FakeGitHub, repository: Repository, request: Request) -> Answer:
    state, head, base = (request.query.get(name) for name in ("state", "head", "base"))
    pulls = [pull for pull in repository.pulls.values() if state == "all" or pull.state == (state or "open")]
    if head and ":" in head:
        pulls = [pull for pull in pulls if f"{pull.head_repository.split('/')[0]}:{pull.head_ref}" == head]
    if base:
        pulls = [pull for pull in pulls if pull.base_ref == base]
    newest_first = sorted(pulls, key=lambda pull: -pull.number)
    page, headers = page_of(request, newest_first, address=server.shapes.api)
    return Answer(200, [server.pull_json(repository, pull, whole=False) for pull in page], headers)


@repository_route("POST", "/pulls", WRITE)
def create_pull(server: FakeGitHub, repository: Repository, request: Request) -> Answer:
    body, token = request.body, request.token
    assert token is not None
    if token.actions and not repository.actions_may_open_pulls:
        raise Refused(403, "GitHub Actions is not permitted to create or approve pull requests.")
    short_enough(body.get("body"))
    owner, _, branch = body["head"].rpartition(":")
    source = next((r for r in server.repositories.values() if r.slug == f"{owner}/{repository.name}"), None)
    source = source if owner else repository
    if body.get("draft") and not repository.drafts:
        raise Refused(422, "Draft pull requests are not supported in this repository.")
    wrong = None
    if source is None or branch not in {name.removeprefix("refs/heads/") for name in source.git.refs()}:
        wrong = {"resource": "PullRequest", "field": "head", "code": "invalid"}
    elif f"refs/heads/{body['base']}" not in repository.git.refs():
        wrong = {"resource": "PullRequest", "field": "base", "code": "invalid"}
    elif not source.git.between(body["base"], branch):
        wrong = f"No commits between {body['base']} and {branch}"
    elif any(
        p.state == "open" and (p.head_ref, p.base_ref) == (branch, body["base"]) for p in repository.pulls.values()
    ):
        wrong = f"A pull request already exists for {source.slug.split('/')[0]}:{branch}."
    if wrong or source is None:
        error = wrong if isinstance(wrong, dict) else {"resource": "PullRequest", "code": "custom", "message": wrong}
        raise Refused(422, "Validation Failed", errors=[error])
    pull = server.open_pull_request(
        repository, branch=branch, base=body["base"], title=body["title"], body=body.get("body") or "",
        author=token.account.login, draft=bool(body.get("draft")), head=source,
    )  # fmt: skip
    return Answer(201, server.pull_json(repository, pull))


@repository_route("GET", "/pulls/{number}", READ)
def get_pull(server: FakeGitHub, repository: Repository, request: Request) -> Answer:
    return Answer(200, server.pull_json(repository, pull_of(repository, request)))


@repository_route("PATCH", "/pulls/{number}", WRITE)
def update_pull(server: FakeGitHub, repository: Repository, request: Request) -> Answer:
    pull, body = pull_of(repository, request), request.body
    assert request.token is not None
    short_enough(body.get("body"))
    pull.title, pull.body = body.get("title", pull.title), body.get("body", pull.body)
    pull.base_ref = body.get("base", pull.base_ref)
    if body.get("state") == "closed" and pull.state == "open":
        server.close(pull, by=request.token.account.login)
    elif body.get("state") == "open" and pull.state == "closed":
        pull.state, pull.closed_at = "open", None
    pull.updated_at = now()
    return Answer(200, server.pull_json(repository, pull))


@repository_route("GET", "/pulls/{number}/files", READ)
def list_files(server: FakeGitHub, repository: Repository, request: Request) -> Answer:
    pull = pull_of(repository, request)
    head = server.shas(repository, pull)[1]
    files = server.files_of(repository, pull)[: server.file_limit]
    page, headers = page_of(request, files, address=server.shapes.api)
    return Answer(
        200, [server.shapes.file(repository, head, one, patch_limit=server.patch_limit) for one in page], headers
    )


# -- reviews -------------------------------------------------------------------------------------------------


def thread_from(
    server: FakeGitHub, repository: Repository, pull: Pull, given: dict[str, Any], commit: str
) -> Thread | None:
    """The thread a comment asks for, or None where its anchor is not in the diff."""
    diff = next((one for one in server.files_of(repository, pull) if one.path == given["path"]), None)
    if diff is None:
        return None
    side = given.get("side", "RIGHT")
    if given.get("subject_type") == "file":
        shown = next(iter(shown_hunks(diff.patch)), None)
        return Thread(given["path"], None, None, side, commit, shown.text if shown else "", [])
    line, start = given.get("line"), given.get("start_line")
    if line is None:
        return None
    hunk = anchor_hunk(diff.patch, line, side=side, start_line=start, start_side=given.get("start_side"))
    return Thread(given["path"], line, start, side, commit, hunk.text, []) if hunk else None


def in_pull(server: FakeGitHub, repository: Repository, pull: Pull, commit: str) -> bool:
    base, head = server.shas(repository, pull)
    return commit == head or commit in repository.git.between(base, head)


@repository_route("GET", "/pulls/{number}/reviews", READ)
def list_reviews(server: FakeGitHub, repository: Repository, request: Request) -> Answer:
    pull = pull_of(repository, request)
    page, headers = page_of(request, pull.reviews, address=server.shapes.api)
    return Answer(200, [server.shapes.review(repository, pull, review) for review in page], headers)


@repository_route("POST", "/pulls/{number}/reviews", WRITE)
def create_review(server: FakeGitHub, repository: Repository, request: Request) -> Answer:
    """All or nothing: one anchor outside the diff and GitHub refuses the whole, without saying which."""
    pull, body, token = pull_of(repository, request), request.body, request.token
    assert token is not None
    given = body.get("comments", [])
    commit = body.get("commit_id") or server.shas(repository, pull)[1]
    for text in (body.get("body"), *(one["body"] for one in given)):
        short_enough(text)
    if not in_pull(server, repository, pull, commit):
        raise Refused(422, "Unprocessable Entity", errors=["commit_id is not part of the pull request"])
    if body.get("event") == "COMMENT" and not body.get("body") and not given:
        raise Refused(422, "Unprocessable Entity", errors=["Body can't be blank"])
    threads = [thread_from(server, repository, pull, one, commit) for one in given]
    if any(thread is None for thread in threads):
        raise Refused(422, "Unprocessable Entity", errors=["Line could not be resolved"])
    review = Review(body.get("body") or "", token.account, commit)
    for thread, one in zip(threads, given, strict=True):
        assert thread is not None
        thread.comments.append(Comment(one["body"], token.account, review=review.id))
        pull.threads.append(thread)
    pull.reviews.append(review)
    return Answer(200, server.shapes.review(repository, pull, review))


@repository_route("GET", "/pulls/{number}/comments", READ)
def list_review_comments(server: FakeGitHub, repository: Repository, request: Request) -> Answer:
    pull = pull_of(repository, request)
    head = server.shas(repository, pull)[1]
    pairs = [(thread, comment) for thread in pull.threads for comment in thread.comments]
    page, headers = page_of(request, pairs, address=server.shapes.api)
    shaped = [
        server.shapes.review_comment(repository, pull, thread, comment, server.line_now(repository, thread, head))
        for thread, comment in page
    ]
    return Answer(200, shaped, headers)


@repository_route("POST", "/pulls/{number}/comments", WRITE)
def create_review_comment(server: FakeGitHub, repository: Repository, request: Request) -> Answer:
    pull, body, token = pull_of(repository, request), request.body, request.token
    assert token is not None
    short_enough(body["body"])
    if not in_pull(server, repository, pull, body["commit_id"]):
        raise Refused(422, "Validation Failed", errors=[{"resource": "PullRequestReviewComment", "field": "commit_id"}])
    thread = thread_from(server, repository, pull, body, body["commit_id"])
    if thread is None:
        error = {"resource": "PullRequestReviewComment", "code": "invalid", "field": "pull_request_review_thread.line"}
        raise Refused(422, "Validation Failed", errors=[error])
    review = Review("", token.account, body["commit_id"])
    comment = Comment(body["body"], token.account, review=review.id)
    thread.comments.append(comment)
    pull.reviews.append(review)
    pull.threads.append(thread)
    return Answer(201, server.shapes.review_comment(repository, pull, thread, comment, thread.line))


@repository_route("POST", "/pulls/{number}/requested_reviewers", WRITE)
def request_reviewers(server: FakeGitHub, repository: Repository, request: Request) -> Answer:
    pull = pull_of(repository, request)
    assert request.token is not None
    for login in request.body.get("reviewers", []):
        if login not in repository.collaborators:
            raise Refused(
                422,
                NOT_A_COLLABORATOR,
            )
        if login not in pull.reviewers:
            pull.reviewers.append(login)
            pull.timeline.append(Event("REVIEW_REQUESTED_EVENT", request.token.account))
    return Answer(201, server.pull_json(repository, pull, whole=False))
