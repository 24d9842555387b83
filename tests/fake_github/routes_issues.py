"""Issue comments, labels, issues themselves, check runs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.fake_github.routes_pulls import short_enough
from tests.fake_github.state import CheckRun, Comment, Event, Issue, Pull, Repository, next_id, now
from tests.fake_github.wire import Answer, Refused, Request, page_of, repository_route

if TYPE_CHECKING:
    from tests.fake_github.server import FakeGitHub

EITHER_READ = (("issues", "read"), ("pull_requests", "read"))
EITHER_WRITE = (("issues", "write"), ("pull_requests", "write"))
CHECKS = ("checks", "write")


def commented(repository: Repository, request: Request) -> Pull | Issue:
    found = repository.commented(request.number("number"))
    if found is None:
        raise Refused(404, "Not Found")
    return found


@repository_route("GET", "/issues/{number}/comments", *EITHER_READ)
def list_comments(server: FakeGitHub, repository: Repository, request: Request) -> Answer:
    issue = commented(repository, request)
    page, headers = page_of(request, issue.comments, address=server.shapes.api)
    return Answer(200, [server.shapes.issue_comment(repository, issue.number, one) for one in page], headers)


@repository_route("POST", "/issues/{number}/comments", *EITHER_WRITE)
def create_comment(server: FakeGitHub, repository: Repository, request: Request) -> Answer:
    issue = commented(repository, request)
    assert request.token is not None
    short_enough(request.body["body"])
    made = Comment(request.body["body"], request.token.account)
    issue.comments.append(made)
    return Answer(201, server.shapes.issue_comment(repository, issue.number, made))


@repository_route("PATCH", "/issues/comments/{id}", *EITHER_WRITE)
def edit_comment(server: FakeGitHub, repository: Repository, request: Request) -> Answer:
    short_enough(request.body["body"])
    for issue in (*repository.pulls.values(), *repository.issues.values()):
        for one in issue.comments:
            if one.id == request.number("id"):
                one.body, one.updated_at = request.body["body"], now()
                return Answer(200, server.shapes.issue_comment(repository, issue.number, one))
    raise Refused(404, "Not Found")


@repository_route("POST", "/issues/{number}/labels", *EITHER_WRITE)
def add_labels(server: FakeGitHub, repository: Repository, request: Request) -> Answer:
    """Labels the repository does not have are made on the way, as GitHub does."""
    issue, body = commented(repository, request), request.body
    assert request.token is not None
    for name in body["labels"] if isinstance(body, dict) else body:
        repository.labels.setdefault(name, next_id())
        if name not in issue.labels:
            issue.labels.append(name)
            if isinstance(issue, Pull):
                issue.timeline.append(Event("LABELED_EVENT", request.token.account))
    return Answer(200, [server.shapes.label(repository, name) for name in issue.labels])


@repository_route("GET", "/issues/{number}/labels", *EITHER_READ)
def list_labels(server: FakeGitHub, repository: Repository, request: Request) -> Answer:
    issue = commented(repository, request)
    return Answer(200, [server.shapes.label(repository, name) for name in issue.labels])


@repository_route("GET", "/issues", ("issues", "read"))
def list_issues(server: FakeGitHub, repository: Repository, request: Request) -> Answer:
    state = request.query.get("state", "open")
    wanted = set(filter(None, request.query.get("labels", "").split(",")))
    both = (*repository.issues.values(), *repository.pulls.values())
    found = [one for one in both if state in ("all", one.state) and wanted <= set(one.labels)]
    page, headers = page_of(request, sorted(found, key=lambda one: -one.number), address=server.shapes.api)
    return Answer(200, [server.shapes.issue(repository, one) for one in page], headers)


@repository_route("POST", "/issues", ("issues", "write"))
def create_issue(server: FakeGitHub, repository: Repository, request: Request) -> Answer:
    body = request.body
    assert request.token is not None
    short_enough(body.get("body"))
    issue = Issue(repository.next_number(), body["title"], body.get("body") or "", request.token.account)
    repository.issues[issue.number] = issue
    for name in body.get("labels", []):
        repository.labels.setdefault(name, next_id())
        issue.labels.append(name)
    return Answer(201, server.shapes.issue(repository, issue))


@repository_route("PATCH", "/issues/{number}", ("issues", "write"))
def edit_issue(server: FakeGitHub, repository: Repository, request: Request) -> Answer:
    issue, body = commented(repository, request), request.body
    short_enough(body.get("body"))
    issue.title, issue.body = body.get("title", issue.title), body.get("body", issue.body)
    issue.state, issue.updated_at = body.get("state", issue.state), now()
    return Answer(200, server.shapes.issue(repository, issue))


# -- check runs ----------------------------------------------------------------------------------------------


def fill(run: CheckRun, request: Request) -> None:
    body, output = request.body, request.body.get("output", {})
    if len(output.get("annotations", [])) > 50:
        raise Refused(422, "Invalid request.\n\nNo more than 50 items are allowed; annotations were supplied.")
    if len(output.get("summary") or "") > 65_535:
        raise Refused(422, "Invalid request.\n\nOnly 65535 characters are allowed; summary was supplied.")
    run.title, run.summary = output.get("title", run.title), output.get("summary", run.summary)
    run.annotations.extend(output.get("annotations", []))
    run.external_id = body.get("external_id", run.external_id)
    run.status, run.conclusion = body.get("status", run.status), body.get("conclusion", run.conclusion)
    if run.conclusion:
        run.status, run.completed_at = "completed", body.get("completed_at") or now()


@repository_route("POST", "/check-runs", CHECKS)
def create_check_run(server: FakeGitHub, repository: Repository, request: Request) -> Answer:
    assert request.token is not None
    if not request.token.installation:
        raise Refused(403, "You must authenticate via a GitHub App.")
    run = CheckRun(request.body["name"], request.body["head_sha"], author=request.token.account)
    fill(run, request)
    repository.check_runs.append(run)
    return Answer(201, server.shapes.check_run(repository, run))


@repository_route("PATCH", "/check-runs/{id}", CHECKS)
def update_check_run(server: FakeGitHub, repository: Repository, request: Request) -> Answer:
    run = next((one for one in repository.check_runs if one.id == request.number("id")), None)
    if run is None:
        raise Refused(404, "Not Found")
    fill(run, request)
    return Answer(200, server.shapes.check_run(repository, run))


@repository_route("GET", "/commits/{ref}/check-runs", ("checks", "read"))
def list_check_runs(server: FakeGitHub, repository: Repository, request: Request) -> Answer:
    sha, name = repository.git.resolve(request.groups["ref"]), request.query.get("check_name")
    found = [run for run in repository.check_runs if run.head_sha == sha and name in (None, run.name)]
    page, headers = page_of(request, found, address=server.shapes.api)
    shaped = [server.shapes.check_run(repository, run) for run in page]
    return Answer(200, {"total_count": len(found), "check_runs": shaped}, headers)
