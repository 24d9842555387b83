"""The fix branch and its pull request on GitHub."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from typing import Any
from urllib.parse import quote

from bot.edge.github.errors import Answered
from bot.edge.github.facts import Identity, Json
from bot.edge.github.http import Door
from bot.edge.github.queries import BRANCH, branch_variables
from bot.edge.github.tree import Trees
from bot.errors import ForgeError
from bot.model import BranchState, FixBranch, FixPullRequest

_CONTENTS = "contents: write"
_PULLS = "pull-requests: write"


@dataclass(frozen=True, slots=True)
class BranchFacts:
    """Everything one query says about a fix branch. `base_sha` and `base_tree` are the base's tip."""

    state: BranchState | None
    pulls: tuple[FixPullRequest, ...]
    default_branch: str
    base_sha: str
    base_tree: str


@dataclass(slots=True)
class Fixer:
    """Branches and fix pull requests of `slug`. What was read is kept until something is written."""

    door: Door
    slug: str
    viewer: str = ""
    _known: dict[str, tuple[str, BranchFacts]] = field(default_factory=dict)

    @property
    def _names(self) -> dict[str, str]:
        owner, name = self.slug.split("/")
        return {"owner": owner, "name": name}

    @property
    def trees(self) -> Trees:
        return Trees(self.door, **self._names)

    # -- reading ---------------------------------------------------------------------------------------------
    def facts(self, branch: str, base_ref: str | None = None) -> BranchFacts:
        """`base_ref` None takes whatever base was asked for before, or the branch itself."""
        known = self._known.get(branch)
        if known and base_ref in (None, known[0]):
            return known[1]
        return self.learn(branch, base_ref or branch, self._page(branch, base_ref or branch, None))

    def learn(self, branch: str, base: str, answer: Json) -> BranchFacts:
        """Keep what a query said of the branch; further pages of pull requests are asked for."""
        pages = list(self._pages(branch, base, answer))
        self.viewer = str(pages[0]["viewer"]["login"])
        identity = Identity(self.viewer)
        first: Json = pages[0]["repository"]
        nodes = [node for page in pages for node in page["repository"]["pullRequests"]["nodes"]]
        pulls = tuple(identity.fix_pull_request(node) for node in nodes if not node["isCrossRepository"])
        target = (first["base"] or {}).get("target") or {"oid": "", "tree": {"oid": ""}}
        default = (first["defaultBranchRef"] or {"name": ""})["name"]
        found = BranchFacts(identity.branch(branch, first), pulls, default, target["oid"], target["tree"]["oid"])
        self._known[branch] = (base, found)
        return found

    def _pages(self, branch: str, base: str, page: Json) -> Iterator[Json]:
        while True:
            yield page
            info = page["repository"]["pullRequests"]["pageInfo"]
            if not info["hasNextPage"]:
                return
            page = self._page(branch, base, info["endCursor"])

    def _page(self, branch: str, base: str, after: str | None) -> Json:
        answer: Json = self.door.ask(BRANCH, {**self._names, **branch_variables(branch, base, after=after)})
        return answer

    # -- the branch ------------------------------------------------------------------------------------------
    def push(self, branch: FixBranch, standing: BranchState | None) -> str:
        """One commit on the base, made through the API without author: GitHub signs it as the token's own."""
        known = self._known.pop(branch.name, None)
        fresh = known is not None and known[1].base_sha == branch.base_sha
        base_tree = known[1].base_tree if known and fresh else self.trees.base_tree(branch.base_sha)
        tree = self.trees.write(branch, base_tree=base_tree)
        body = {"message": branch.commit_message, "tree": tree, "parents": [branch.base_sha]}
        made = self.door.put(f"/repos/{self.slug}/git/commits", body, method="POST", needs=_CONTENTS)
        sha = str(made["sha"])
        if standing is None or not self._move(branch.name, sha):
            self._create(branch.name, sha)
        return sha

    def _move(self, name: str, sha: str) -> bool:
        """False where the branch was deleted in between."""
        path = f"/repos/{self.slug}/git/refs/heads/{quote(name)}"
        try:
            self.door.put(path, {"sha": sha, "force": True}, method="PATCH", needs=_CONTENTS)
        except Answered as error:
            if error.status == 422 and "does not exist" in str(error):
                return False
            raise
        return True

    def _create(self, name: str, sha: str) -> None:
        """Make the ref. One that stands already with this very commit is as good."""

        def standing() -> Any:
            return True if self._ref(name) == sha else None

        try:
            body = {"ref": f"refs/heads/{name}", "sha": sha}
            self.door.post(f"/repos/{self.slug}/git/refs", body, needs=_CONTENTS, standing=standing)
        except Answered as error:
            if error.status != 422 or not standing():
                raise

    def _ref(self, name: str) -> str | None:
        try:
            return str(self.door.get(f"/repos/{self.slug}/git/ref/heads/{quote(name)}")["object"]["sha"])
        except Answered as error:
            if error.status in (404, 409):
                return None
            raise

    # -- the pull request ------------------------------------------------------------------------------------
    def open(self, branch: FixBranch) -> FixPullRequest:
        """Open it, then label it and ask its reviewers; what fails of these is a notice and loses nothing."""
        self._known.pop(branch.name, None)
        notices: list[str] = []
        try:
            made = self._post(branch, draft=branch.draft)
        except Answered as error:
            if error.status != 422:
                raise
            made = self._second_try(branch, error, notices)
        pull = _opened(made)
        notices += self._dress(pull, branch)
        return replace(pull, notices=tuple(notices))

    def _second_try(self, branch: FixBranch, error: Answered, notices: list[str]) -> Json:
        """After a 422: without the draft, where there are none; or the one that another run has just opened."""
        if branch.draft and "raft" in str(error):
            notices.append("This repository has no drafts: the pull request is open for review at once.")
            return self._post(branch, draft=False)
        there = self._standing(branch) if "already exists" in str(error) else None
        if there is None:
            raise error
        return there

    def _post(self, branch: FixBranch, *, draft: bool) -> Json:
        body = {
            "title": branch.title,
            "head": branch.name,
            "base": branch.base_ref,
            "body": branch.body,
            "draft": draft,
        }
        answer: Json = self.door.post(
            f"/repos/{self.slug}/pulls", body, needs=_PULLS, notifies=True, standing=lambda: self._standing(branch)
        )
        return answer

    def _standing(self, branch: FixBranch) -> Json | None:
        """The open pull request of this branch, if a broken answer left one."""
        head = f"{self.slug.split('/')[0]}:{branch.name}"
        found = self.door.get(f"/repos/{self.slug}/pulls", head=head, base=branch.base_ref, state="open")
        return next((one for one in found if one["title"] == branch.title), None)

    def update(self, pull: FixPullRequest, branch: FixBranch) -> tuple[str, ...]:
        """Bring title, body and base to what they should be: one request, or none. Notices as in `open`."""
        self._known.pop(branch.name, None)
        wanted = {"title": branch.title, "body": branch.body, "base": branch.base_ref}
        there = {"title": pull.title, "body": pull.body, "base": pull.base_ref}
        changed = {key: text for key, text in wanted.items() if _text(text) != _text(there[key])}
        if changed:
            self._patch(pull, changed)
        return tuple(self._dress(pull, branch))

    def _patch(self, pull: FixPullRequest, body: dict[str, str]) -> None:
        self.door.put(f"/repos/{self.slug}/pulls/{pull.number}", body, method="PATCH", needs=_PULLS)

    def close(self, pull: FixPullRequest, sentence: str) -> None:
        self._known.clear()
        body = pull.body if pull.body.startswith(sentence) else f"{sentence}\n\n{pull.body}"
        self._patch(pull, {"state": "closed", "body": body})

    def _dress(self, pull: FixPullRequest, branch: FixBranch) -> list[str]:
        """Labels and reviewers, where there are any to set and nobody has ever set some."""
        notices: list[str] = []
        number = pull.number
        if branch.labels and not pull.labels_settled:
            path, body = f"/repos/{self.slug}/issues/{number}/labels", {"labels": list(branch.labels)}
            self._aside(lambda: self.door.put(path, body, method="POST", needs=_PULLS), "labels", notices)
        if branch.reviewers and not pull.reviewers_settled:
            teams = [one.split("/", 1)[1] for one in branch.reviewers if "/" in one]
            people = [one for one in branch.reviewers if "/" not in one]
            asked = {"reviewers": people, **({"team_reviewers": teams} if teams else {})}
            path = f"/repos/{self.slug}/pulls/{number}/requested_reviewers"
            self._aside(lambda: self.door.put(path, asked, method="POST", needs=_PULLS), "reviewers", notices)
        return notices

    def _aside(self, write: Callable[[], Any], what: str, notices: list[str]) -> None:
        try:
            write()
        except ForgeError as error:
            notices.append(f"The {what} of the fix pull request could not be set: {error}")


def _opened(made: Json) -> FixPullRequest:
    return FixPullRequest(
        number=made["number"],
        url=made["html_url"],
        state=made["state"],
        merged=False,
        title=made["title"],
        body=made["body"] or "",
        draft=bool(made.get("draft")),
        base_ref=made["base"]["ref"],
        head_sha=made["head"]["sha"],
        ours=True,
        labels_settled=False,
        reviewers_settled=False,
    )


def _text(body: str) -> str:
    """GitHub hands a body back with CRLF once a person has saved it in the browser."""
    return body.replace("\r\n", "\n").strip()
