"""How GitHub spells things in JSON. Every answer made here is checked against its published description."""

from __future__ import annotations

import base64
from dataclasses import dataclass
from typing import Any

from tests.fake_github.gitdb import CommitFacts, FileDiff, GitDirectory, Person
from tests.fake_github.state import Account, CheckRun, Comment, Issue, Pull, Repository, Review, Thread

Json = dict[str, Any]


def node_id(prefix: str, number: int) -> str:
    return f"{prefix}_{base64.urlsafe_b64encode(str(number).encode()).decode().rstrip('=')}"


REPOSITORY_LINKS = (
    "archive:/{archive_format}{/ref}", "assignees:{/user}", "blobs:/git/blobs{/sha}", "branches:{/branch}",
    "collaborators:{/collaborator}", "comments:{/number}", "commits:{/sha}", "compare:/compare/{base}...{head}",
    "contents:/contents/{+path}", "contributors:", "deployments:", "downloads:", "events:", "forks:",
    "git_commits:/git/commits{/sha}", "git_refs:/git/refs{/sha}", "git_tags:/git/tags{/sha}",
    "issue_comment:/issues/comments{/number}", "issue_events:/issues/events{/number}", "issues:{/number}",
    "keys:{/key_id}", "labels:{/name}", "languages:", "merges:", "milestones:{/number}",
    "notifications:{?since,all,participating}", "pulls:{/number}", "releases:{/id}", "stargazers:",
    "statuses:/statuses/{sha}", "subscribers:", "subscription:", "tags:", "teams:", "trees:/git/trees{/sha}", "hooks:",
)  # fmt: skip


@dataclass(frozen=True)
class Shapes:
    """`api` is the REST address with its prefix (`/api/v3` on GHES), `web` the address of pages and git."""

    api: str
    web: str

    # -- accounts and repositories ---------------------------------------------------------------------------
    def account(self, account: Account) -> Json:
        url = f"{self.api}/users/{account.login}"
        rest = ("followers", "subscriptions", "organizations", "repos", "received_events")
        return {
            "login": account.login,
            "id": account.id,
            "node_id": node_id("U", account.id),
            "avatar_url": f"{self.web}/avatars/{account.id}",
            "gravatar_id": "",
            "url": url,
            "html_url": f"{self.web}/{account.login}",
            **{f"{name}_url": f"{url}/{name}" for name in rest},
            "following_url": url + "/following{/other_user}",
            "gists_url": url + "/gists{/gist_id}",
            "starred_url": url + "/starred{/owner}{/repo}",
            "events_url": url + "/events{/privacy}",
            "type": account.kind,
            "site_admin": False,
        }

    def repository(self, repository: Repository) -> Json:
        url = f"{self.api}/repos/{repository.slug}"
        page = f"{self.web}/{repository.slug}"
        links = {}
        for entry in REPOSITORY_LINKS:
            name, rest = entry.split(":", 1)
            links[f"{name}_url"] = url + (rest if rest.startswith("/") else f"/{name}{rest}")
        opened = sum(pull.state == "open" for pull in repository.pulls.values())
        counts = ("forks_count", "stargazers_count", "watchers_count", "size", "forks", "watchers")
        return {
            "id": repository.id,
            "node_id": node_id("R", repository.id),
            "name": repository.name,
            "full_name": repository.slug,
            "owner": self.account(repository.owner),
            "private": repository.private,
            "html_url": page,
            "description": None,
            "fork": repository.fork_of is not None,
            "url": url,
            **links,
            "git_url": f"git://localhost/{repository.slug}.git",
            "ssh_url": f"git@localhost:{repository.slug}.git",
            "clone_url": f"{page}.git",
            "svn_url": page,
            "mirror_url": None,
            "homepage": None,
            "language": "Python",
            **dict.fromkeys(counts, 0),
            "subscribers_count": 0,
            "network_count": 0,
            "default_branch": repository.default_branch,
            "open_issues_count": opened,
            "open_issues": opened,
            **dict.fromkeys(("has_issues", "has_projects", "has_wiki"), True),
            **dict.fromkeys(("has_pages", "has_discussions"), False),
            "disabled": repository.disabled,
            "archived": repository.archived,
            "license": None,
            "visibility": "private" if repository.private else "public",
            "pushed_at": repository.pushed_at,
            "created_at": repository.created_at,
            "updated_at": repository.created_at,
        }

    # -- git -------------------------------------------------------------------------------------------------
    def properties(self, repository: Repository) -> Json:
        values = [{"property_name": name, "value": value} for name, value in repository.properties.items()]
        names = {"repository_name": repository.name, "repository_full_name": repository.slug}
        return {"repository_id": repository.id, **names, "properties": values}

    def person(self, person: Person) -> Json:
        return {"name": person.name, "email": person.email, "date": person.date}

    def git_commit(self, repository: Repository, facts: CommitFacts, *, signed: bool) -> Json:
        url = f"{self.api}/repos/{repository.slug}/git"
        page = f"{self.web}/{repository.slug}/commit"
        return {
            "sha": facts.sha,
            "node_id": f"C_{facts.sha}",
            "url": f"{url}/commits/{facts.sha}",
            "html_url": f"{page}/{facts.sha}",
            "author": self.person(facts.author),
            "committer": self.person(facts.committer),
            "message": facts.message,
            "tree": {"sha": facts.tree, "url": f"{url}/trees/{facts.tree}"},
            "parents": [
                {"sha": sha, "url": f"{url}/commits/{sha}", "html_url": f"{page}/{sha}"} for sha in facts.parents
            ],
            "verification": self.verification(signed),
        }

    def verification(self, signed: bool) -> Json:
        return {
            "verified": signed,
            "reason": "valid" if signed else "unsigned",
            "signature": "-----BEGIN PGP SIGNATURE-----" if signed else None,
            "payload": "tree" if signed else None,
            "verified_at": "2026-01-01T00:00:00Z" if signed else None,
        }

    def commit(self, repository: Repository, facts: CommitFacts, *, author: Account | None, signed: bool) -> Json:
        inner = self.git_commit(repository, facts, signed=signed)
        url = f"{self.api}/repos/{repository.slug}/commits/{facts.sha}"
        return {
            "url": url,
            "sha": facts.sha,
            "node_id": inner["node_id"],
            "html_url": inner["html_url"],
            "comments_url": url + "/comments",
            "commit": {
                "url": inner["url"],
                "author": inner["author"],
                "committer": inner["committer"],
                "message": facts.message,
                "comment_count": 0,
                "tree": inner["tree"],
                "verification": inner["verification"],
            },
            "author": self.account(author) if author else None,
            "committer": self.account(author) if author else None,
            "parents": inner["parents"],
        }

    def ref(self, repository: Repository, name: str, sha: str) -> Json:
        url = f"{self.api}/repos/{repository.slug}/git"
        return {
            "ref": name,
            "node_id": f"REF_{sha[:12]}",
            "url": f"{url}/{name}",
            "object": {"type": "commit", "sha": sha, "url": f"{url}/commits/{sha}"},
        }

    def content(self, repository: Repository, path: str, sha: str, data: bytes) -> Json:
        """A file as the contents endpoint has it; above 1 MB without its content."""
        url = f"{self.api}/repos/{repository.slug}"
        large = len(data) > 1_000_000
        links = {"self": f"{url}/contents/{path}", "git": f"{url}/git/blobs/{sha}", "html": None}
        return {
            "type": "file",
            "encoding": "none" if large else "base64",
            "size": len(data),
            "name": path.rsplit("/", 1)[-1],
            "path": path,
            "content": "" if large else base64.encodebytes(data).decode(),
            "sha": sha,
            "url": links["self"],
            "git_url": links["git"],
            "html_url": None,
            "download_url": None,
            "_links": links,
        }

    def file(self, repository: Repository, head: str, diff: FileDiff, *, patch_limit: int) -> Json:
        url = f"{self.web}/{repository.slug}"
        shown = diff.patch is not None and len(diff.patch) <= patch_limit
        return {
            "sha": diff.sha,
            "filename": diff.path,
            "status": diff.status,
            "additions": diff.additions,
            "deletions": diff.deletions,
            "changes": diff.additions + diff.deletions,
            "blob_url": f"{url}/blob/{head}/{diff.path}",
            "raw_url": f"{url}/raw/{head}/{diff.path}",
            "contents_url": f"{self.api}/repos/{repository.slug}/contents/{diff.path}?ref={head}",
            **({"patch": diff.patch} if shown else {}),
            **({"previous_filename": diff.previous_path} if diff.previous_path else {}),
        }

    # -- pull requests ---------------------------------------------------------------------------------------
    def label(self, repository: Repository, name: str) -> Json:
        return {
            "id": repository.labels[name],
            "node_id": node_id("LA", repository.labels[name]),
            "url": f"{self.api}/repos/{repository.slug}/labels/{name}",
            "name": name,
            "description": None,
            "color": "ededed",
            "default": False,
            "archived_at": None,
            "archived_by": None,
        }

    def pull(
        self, repository: Repository, head: Repository | None, pull: Pull, *, base_sha: str, head_sha: str
    ) -> Json:
        """The short form, as a list has it."""
        url = f"{self.api}/repos/{repository.slug}/pulls/{pull.number}"
        issue = f"{self.api}/repos/{repository.slug}/issues/{pull.number}"
        page = f"{self.web}/{repository.slug}/pull/{pull.number}"
        links = {
            "self": url, "html": page, "issue": issue, "comments": f"{issue}/comments", "commits": f"{url}/commits",
            "review_comments": f"{url}/comments", "review_comment": f"{url}/comments{{/number}}",
            "statuses": f"{self.api}/repos/{repository.slug}/statuses/{head_sha}",
        }  # fmt: skip
        head_owner = Account(pull.head_repository.split("/")[0]) if head is None else head.owner
        reviewers = [self.account(Account(login)) for login in pull.reviewers]
        return {
            "id": pull.id,
            "node_id": node_id("PR", pull.id),
            "url": url,
            "html_url": page,
            "diff_url": f"{page}.diff",
            "patch_url": f"{page}.patch",
            **{f"{name}_url": links[name] for name in ("issue", "commits", "comments", "statuses")},
            "review_comments_url": links["review_comments"],
            "review_comment_url": links["review_comment"],
            "number": pull.number,
            "state": pull.state,
            "locked": False,
            "title": pull.title,
            "user": self.account(pull.author),
            "body": pull.body,
            "labels": [self.label(repository, name) for name in pull.labels],
            "milestone": None,
            "active_lock_reason": None,
            "created_at": pull.created_at,
            "updated_at": pull.updated_at,
            "closed_at": pull.closed_at,
            "merged_at": pull.merged_at,
            "merge_commit_sha": None,
            "assignee": None,
            "assignees": [],
            "requested_reviewers": reviewers,
            "requested_teams": [],
            "head": self._side(head, head_owner, pull.head_ref, head_sha),
            "base": self._side(repository, repository.owner, pull.base_ref, base_sha),
            "_links": {name: {"href": address} for name, address in links.items()},
            "author_association": "CONTRIBUTOR",
            "auto_merge": None,
            "draft": pull.draft,
        }

    def _side(self, repository: Repository | None, owner: Account, ref: str, sha: str) -> Json:
        return {
            "label": f"{owner.login}:{ref}",
            "ref": ref,
            "sha": sha,
            "user": self.account(owner),
            "repo": self.repository(repository) if repository else None,
        }

    def whole_pull(self, simple: Json, pull: Pull, *, files: list[FileDiff], commits: int) -> Json:
        """What a single pull request says beyond the short form."""
        return {
            **simple,
            "merged": pull.merged,
            "mergeable": True,
            "rebaseable": True,
            "mergeable_state": "clean",
            "merged_by": None,
            "comments": len(pull.comments),
            "review_comments": sum(len(thread.comments) for thread in pull.threads),
            "maintainer_can_modify": pull.maintainer_can_modify,
            "commits": commits,
            "additions": sum(file.additions for file in files),
            "deletions": sum(file.deletions for file in files),
            "changed_files": len(files),
        }

    def review(self, repository: Repository, pull: Pull, review: Review) -> Json:
        url = f"{self.api}/repos/{repository.slug}/pulls/{pull.number}"
        page = f"{self.web}/{repository.slug}/pull/{pull.number}#pullrequestreview-{review.id}"
        return {
            "id": review.id,
            "node_id": node_id("PRR", review.id),
            "user": self.account(review.author),
            "body": review.body,
            "state": review.state,
            "html_url": page,
            "pull_request_url": url,
            "_links": {"html": {"href": page}, "pull_request": {"href": url}},
            "submitted_at": review.submitted_at,
            "commit_id": review.commit,
            "author_association": "CONTRIBUTOR",
        }

    def review_comment(
        self, repository: Repository, pull: Pull, thread: Thread, comment: Comment, line: int | None
    ) -> Json:
        url = f"{self.api}/repos/{repository.slug}/pulls"
        page = f"{self.web}/{repository.slug}/pull/{pull.number}#discussion_r{comment.id}"
        whole_file = thread.line is None
        return {
            "url": f"{url}/comments/{comment.id}",
            "pull_request_review_id": comment.review,
            "id": comment.id,
            "node_id": node_id("PRRC", comment.id),
            "diff_hunk": thread.diff_hunk,
            "path": thread.path,
            "commit_id": thread.commit,
            "original_commit_id": thread.commit,
            "user": self.account(comment.author),
            "body": comment.body,
            "created_at": comment.created_at,
            "updated_at": comment.updated_at,
            "html_url": page,
            "pull_request_url": f"{url}/{pull.number}",
            "author_association": "CONTRIBUTOR",
            "_links": {
                "self": {"href": f"{url}/comments/{comment.id}"},
                "html": {"href": page},
                "pull_request": {"href": f"{url}/{pull.number}"},
            },
            "subject_type": "file" if whole_file else "line",
            **({} if whole_file else {"line": line, "original_line": thread.line, "side": thread.side}),
            **({} if whole_file else {"start_line": thread.start_line, "original_start_line": thread.start_line}),
        }

    def issue_comment(self, repository: Repository, number: int, comment: Comment) -> Json:
        url = f"{self.api}/repos/{repository.slug}/issues"
        return {
            "id": comment.id,
            "node_id": node_id("IC", comment.id),
            "url": f"{url}/comments/{comment.id}",
            "body": comment.body,
            "html_url": f"{self.web}/{repository.slug}/pull/{number}#issuecomment-{comment.id}",
            "user": self.account(comment.author),
            "created_at": comment.created_at,
            "updated_at": comment.updated_at,
            "issue_url": f"{url}/{number}",
            "author_association": "CONTRIBUTOR",
        }

    def issue(self, repository: Repository, issue: Issue | Pull) -> Json:
        url = f"{self.api}/repos/{repository.slug}/issues/{issue.number}"
        kind = "pull" if isinstance(issue, Pull) else "issues"
        page = f"{self.web}/{repository.slug}/{kind}/{issue.number}"
        links = {"url": f"{self.api}/repos/{repository.slug}/pulls/{issue.number}", "html_url": page}
        links |= {"diff_url": f"{page}.diff", "patch_url": f"{page}.patch"}
        return {
            "id": issue.id,
            "node_id": node_id("I", issue.id),
            "url": url,
            "repository_url": f"{self.api}/repos/{repository.slug}",
            "labels_url": url + "/labels{/name}",
            "comments_url": f"{url}/comments",
            "events_url": f"{url}/events",
            "html_url": page,
            "number": issue.number,
            "state": issue.state,
            "title": issue.title,
            "body": issue.body,
            "user": self.account(issue.author),
            "labels": [self.label(repository, name) for name in issue.labels],
            "assignee": None,
            "assignees": [],
            "milestone": None,
            "locked": False,
            "comments": len(issue.comments),
            "closed_at": issue.closed_at if isinstance(issue, Pull) else None,
            "created_at": issue.created_at,
            "updated_at": issue.updated_at,
            "author_association": "CONTRIBUTOR",
            **({"pull_request": links} if isinstance(issue, Pull) else {}),
        }

    def analysis(self, repository: Repository, one: Json) -> Json:
        driver = one["run"]["tool"]["driver"]
        url = f"{self.api}/repos/{repository.slug}/code-scanning"
        return {
            "ref": one["ref"],
            "commit_sha": one["commit"],
            "analysis_key": "(default)",
            "environment": "{}",
            "category": one["category"],
            "error": "",
            "created_at": "2026-01-01T00:00:00Z",
            "results_count": len(one["run"]["results"]),
            "rules_count": len(driver["rules"]),
            "id": 1,
            "url": f"{url}/analyses/1",
            "sarif_id": one["id"],
            "tool": {"name": driver["name"], "guid": None, "version": driver["version"]},
            "deletable": True,
            "warning": "",
        }

    def app(self, account: Account) -> Json:
        dates = dict.fromkeys(("created_at", "updated_at"), "2026-01-01T00:00:00Z")
        slug = account.login.removesuffix("[bot]")
        return {
            "id": account.id,
            "slug": slug,
            "node_id": node_id("A", account.id),
            "owner": self.account(account),
            "name": slug,
            "description": None,
            "external_url": self.web,
            "html_url": f"{self.web}/apps/{slug}",
            "permissions": {},
            "events": [],
            **dates,
        }

    def installation(self, app: int, number: int, account: Account) -> Json:
        dates = dict.fromkeys(("created_at", "updated_at"), "2026-01-01T00:00:00Z")
        return {
            "id": number,
            "account": self.account(account),
            "repository_selection": "all",
            "access_tokens_url": f"{self.api}/app/installations/{number}/access_tokens",
            "repositories_url": f"{self.api}/installation/repositories",
            "html_url": f"{self.web}/organizations/octo/settings/installations/{number}",
            "app_id": app,
            "app_slug": account.login.removesuffix("[bot]"),
            "target_id": 1,
            "target_type": "Organization",
            "permissions": {"contents": "write"},
            "events": [],
            "single_file_name": None,
            "suspended_by": None,
            "suspended_at": None,
            **dates,
        }

    def check_run(self, repository: Repository, run: CheckRun) -> Json:
        url = f"{self.api}/repos/{repository.slug}/check-runs/{run.id}"
        return {
            "id": run.id,
            "head_sha": run.head_sha,
            "node_id": node_id("CR", run.id),
            "external_id": run.external_id,
            "url": url,
            "html_url": f"{self.web}/{repository.slug}/runs/{run.id}",
            "details_url": None,
            "status": run.status,
            "conclusion": run.conclusion,
            "started_at": run.started_at,
            "completed_at": run.completed_at,
            "output": {
                "title": run.title,
                "summary": run.summary,
                "text": None,
                "annotations_count": len(run.annotations),
                "annotations_url": f"{url}/annotations",
            },
            "name": run.name,
            "check_suite": {"id": run.id},
            "app": self.app(run.author) if run.author else None,
            "pull_requests": [],
        }


def tree_json(shapes: Shapes, repository: Repository, git: GitDirectory, sha: str, *, recursive: bool) -> Json:
    url = f"{shapes.api}/repos/{repository.slug}/git"
    kinds = {"blob": "blobs", "tree": "trees", "commit": "commits"}
    return {
        "sha": sha,
        "url": f"{url}/trees/{sha}",
        "truncated": False,
        "tree": [
            {
                "path": entry.path,
                "mode": entry.mode,
                "type": entry.type,
                "sha": entry.sha,
                **({"size": entry.size} if entry.size is not None else {}),
                "url": f"{url}/{kinds[entry.type]}/{entry.sha}",
            }
            for entry in git.list_tree(sha, recursive=recursive)
        ],
    }
