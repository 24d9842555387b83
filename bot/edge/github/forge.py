"""The forge on GitHub and GitHub Enterprise: the verbs of `bot.edge.forge.Forge`, with as few requests as they take.

One query answers threads, summary and identity of a pull request; another the fix branch, its commits and its pull
requests. Both are kept until we write ourselves (docs/requests.md counts what a run costs).
"""

from __future__ import annotations

import logging
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from bot.edge.github.checks import AppChecks, KnownChecks
from bot.edge.github.errors import Answered
from bot.edge.github.files import Files
from bot.edge.github.fix import Fixer
from bot.edge.github.foreseen import Asked
from bot.edge.github.http import Door, Patience
from bot.edge.github.pulls import changed_of, pull_of
from bot.edge.github.queries import CHECK, PAGE, SHARED, VIEWER
from bot.edge.github.review import Reviewer
from bot.edge.github.scanning import CodeScanning
from bot.edge.github.talk import Talks
from bot.errors import ForgeError, UsageError
from bot.model import (
    BranchState,
    ChangedFile,
    Comment,
    FixBranch,
    FixPullRequest,
    Foreseen,
    PullRequest,
    Refusal,
    Review,
    Thread,
    TreeFile,
)

if TYPE_CHECKING:
    from github.Auth import Auth

ACTIONS = "github-actions[bot]"
"""Who GITHUB_TOKEN is, on github.com and on Enterprise Server."""

MOST_FILES = 3_000
"""GitHub lists no more changed files than these, and does not say that there are more."""


@dataclass(slots=True)
class GitHubForge:
    """`Forge` on GitHub. Make one with `connect` or `connect_app`; it holds no token of its own."""

    door: Door
    slug: str
    web: str
    _fixer: Fixer = field(init=False)
    _files: Files = field(init=False)
    _talks: Talks = field(init=False)
    _checks: dict[str, KnownChecks] = field(init=False, default_factory=dict)
    _viewer: str = field(init=False, default="")
    _tips: dict[str, str] = field(init=False, default_factory=dict)
    _siblings: dict[str, GitHubForge] = field(default_factory=dict, repr=False)

    def __post_init__(self) -> None:
        self._fixer = Fixer(self.door, self.slug)
        self._files = Files(self.door, self.slug)
        self._talks = Talks(self.door, self.slug)

    @property
    def _repository(self) -> str:
        return f"/repos/{self.slug}"

    def beside(self, slug: str) -> GitHubForge:
        """Another repository behind the same door: one token, one pace, one patience with limits."""
        if slug not in self._siblings:
            self._siblings[slug] = GitHubForge(self.door, slug, self.web, self._siblings)
        return self._siblings[slug]

    # -- the repository --------------------------------------------------------------------------------------
    def default_branch(self) -> str:
        return str(self.door.get(self._repository)["default_branch"])

    def branch_sha(self, ref: str) -> str | None:
        if ref in self._tips:
            return self._tips[ref] or None
        found = self._found(f"{self._repository}/git/ref/heads/{quote(ref)}")
        return str(found["object"]["sha"]) if found else None

    def read_file(self, path: str, ref: str) -> bytes | None:
        return self._files.read(path, ref)

    def read_files(self, paths: Iterable[str], commit: str) -> dict[str, TreeFile]:
        return self._files.read_all(paths, commit)

    def _found(self, path: str, **query: Any) -> Any:
        """A GET whose 404 (or an empty repository's 409) means that there is nothing."""
        try:
            return self.door.get(path, **query)
        except Answered as error:
            if error.status in (404, 409):
                return None
            raise

    # -- the pull request ------------------------------------------------------------------------------------
    def pull_request(self, number: int) -> PullRequest:
        return pull_of(self.door.get(f"{self._repository}/pulls/{number}"))

    def pull_request_at(self, head_repository: str, head_ref: str, head_sha: str) -> PullRequest | None:
        """Asked for by branch: the commits endpoint does not list what comes from a fork."""
        head = f"{head_repository.partition('/')[0]}:{head_ref}"
        listed = self.door.get(f"{self._repository}/pulls", state="open", head=head, per_page=PAGE)
        wanted = (head_repository, head_sha)
        found = [pull_of(data) for data in listed]
        return next((each for each in found if (each.head_repository, each.head_sha) == wanted), None)

    def changed_files(self, pull: PullRequest) -> tuple[ChangedFile, ...] | None:
        """Every page. None where the list cannot be trusted: 3,000 files, a cut patch, pages that shifted meanwhile."""
        entries: list[dict[str, Any]] = []
        for page in range(1, MOST_FILES // PAGE + 1):
            part = self.door.get(f"{self._repository}/pulls/{pull.number}/files", per_page=PAGE, page=page)
            entries += part
            if len(part) < PAGE:
                break
        paths = [entry["filename"] for entry in entries]
        cut = any(entry["changes"] and entry["status"] != "removed" and "patch" not in entry for entry in entries)
        if len(entries) >= MOST_FILES or cut or len(set(paths)) < len(paths):
            return None
        return tuple(changed_of(entry) for entry in entries)

    def prepare(self, foreseen: Foreseen) -> None:
        """One query, whatever is foreseen."""
        asked = Asked(foreseen, self.slug)
        answer = asked.ask(self.door)
        self._viewer = str(answer["viewer"]["login"])
        for number, (commit, paths) in enumerate(asked.groups):
            self._files.learn(paths, commit, answer["repository"][f"c{number}"])
        if foreseen.shared:
            shared = self.beside(f"{self.slug.partition('/')[0]}/.github")
            shared._files.learn_shared(foreseen.shared, answer[SHARED])
        if foreseen.branch:
            self._tips[foreseen.base_ref] = self._fixer.learn(foreseen.branch, foreseen.base_ref, answer).base_sha
        if foreseen.pull:
            self._talks.learn(foreseen.pull, answer)
        if foreseen.check:
            self._checks[foreseen.check[1]] = KnownChecks(*foreseen.check, answer["repository"][CHECK])

    # -- who we are ------------------------------------------------------------------------------------------
    def waits_for_approval(self) -> bool:
        """GITHUB_TOKEN's pull requests do; an App's and a person's do not."""
        return self._login() == ACTIONS

    def checks(self) -> AppChecks | None:
        login = self._login()
        app = login.endswith("[bot]") and login != ACTIONS
        return AppChecks(self.door, self.slug, login.removesuffix("[bot]"), self._checks) if app else None

    def code_scanning(self) -> CodeScanning:
        return CodeScanning(self.door, self.slug)

    def _login(self) -> str:
        """Every query of ours tells it; where none was made yet it is asked for."""
        self._viewer = self._viewer or self._talks.viewer or self._fixer.viewer
        self._viewer = self._viewer or str(self.door.ask(VIEWER, {})["viewer"]["login"])
        return self._viewer

    # -- the review ------------------------------------------------------------------------------------------
    def threads(self, pull: PullRequest) -> tuple[Thread, ...]:
        return self._talks.of(pull.number).threads

    def summary(self, pull: PullRequest) -> Comment | None:
        return self._talks.of(pull.number).summary

    def post_review(self, pull: PullRequest, review: Review) -> tuple[Refusal, ...]:
        self._talks.forget()
        return Reviewer(self.door, self.slug, pull, lambda: self.changed_files(pull)).post(review)

    def resolve_thread(self, thread: Thread) -> None:
        self._talks.resolve(thread)

    def put_summary(self, pull: PullRequest, body: str, *, existing: Comment | None) -> None:
        self._talks.write(pull.number, body, existing)

    # -- the fix branch --------------------------------------------------------------------------------------
    def fix_branch(self, name: str, base_ref: str) -> BranchState | None:
        return self._fixer.facts(name, base_ref).state

    def fix_pull_requests(self, branch: str) -> tuple[FixPullRequest, ...]:
        return self._fixer.facts(branch).pulls

    def tree_of(self, branch: FixBranch) -> str:
        return self._fixer.trees.wanted(branch)

    def push_fix_branch(self, branch: FixBranch, *, standing: BranchState | None) -> str:
        return self._fixer.push(branch, standing)

    def open_fix_pull_request(self, branch: FixBranch) -> FixPullRequest:
        return self._fixer.open(branch)

    def update_fix_pull_request(self, pull: FixPullRequest, branch: FixBranch) -> tuple[str, ...]:
        return self._fixer.update(pull, branch)

    def close_fix_pull_request(self, pull: FixPullRequest, sentence: str) -> None:
        self._fixer.close(pull, sentence)


@dataclass(frozen=True, slots=True)
class Address:
    """Where a repository lives: GITHUB_API_URL, GITHUB_SERVER_URL. `timeout` is in seconds."""

    slug: str
    api_url: str = "https://api.github.com"
    web: str = "https://github.com"
    timeout: int = 30


def connect(address: Address, *, token: str, patience: Patience | None = None) -> GitHubForge:
    """The forge for a token at hand. Raises `UsageError` for what cannot be one, without showing it."""
    from github.Auth import Token

    token = token.strip()
    if not token or not token.isascii() or not token.isprintable() or " " in token:
        raise UsageError("the token for GitHub is empty or holds characters no token has", hint="set github-token")
    return _connect(address, Token(token), patience)


def connect_app(
    address: Address,
    *,
    app_id: int,
    private_key: str,
    installation: int | None = None,
    patience: Patience | None = None,
) -> GitHubForge:
    """The forge for a GitHub App: its installation's token lives an hour and is renewed before it ends.

    `installation` None asks GitHub for the one on this repository. Raises `UsageError` for a key that is none, without
    showing it, and `ForgeError` where the App is not installed.
    """
    from github.Auth import AppAuth

    app = AppAuth(app_id, private_key)
    try:
        app.create_jwt()
    except Exception:  # PyJWT and cryptography raise a dozen kinds; some quote the key
        raise UsageError("the private key of the GitHub App is none", hint="give the whole PEM file's text") from None
    if installation is None:
        installation = _installation(_connect(address, app, patience))
    return _connect(address, app.get_installation_auth(installation), patience)


def _installation(app: GitHubForge) -> int:
    try:
        return int(app.door.get(f"/repos/{app.slug}/installation")["id"])
    except Answered as error:
        if error.status == 404:
            raise ForgeError(f"the GitHub App is not installed on {app.slug}", hint="install it there") from error
        raise


def _connect(address: Address, auth: Auth, patience: Patience | None) -> GitHubForge:
    """PyGithub's own retries and pacing stay off: the door knows which requests may be repeated."""
    from github import Github

    logging.getLogger("github").setLevel(logging.WARNING)  # it would tell of every redirect on standard error
    github = Github(
        auth=auth,
        base_url=address.api_url.rstrip("/"),
        timeout=address.timeout,
        user_agent="loadguard",
        per_page=PAGE,
        retry=0,
        lazy=True,
        seconds_between_requests=0,
        seconds_between_writes=0,
        api_version="2022-11-28",
    )
    return GitHubForge(Door(github.requester, patience=patience or Patience()), address.slug, address.web.rstrip("/"))
