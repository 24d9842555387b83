"""What a test puts on the server before the bot comes, and what people do while it is away."""

from __future__ import annotations

import itertools
import shutil
import threading
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tests.fake_github.anchors import anchor_hunk, shown_hunks
from tests.fake_github.gitdb import FileDiff, GitDirectory, Person
from tests.fake_github.shapes import Shapes
from tests.fake_github.state import (
    Account,
    Comment,
    Event,
    Issue,
    Pull,
    Repository,
    Thread,
    next_id,
    now,
)

if TYPE_CHECKING:
    from tests.fake_github.state import Token

Content = bytes | str | None
_seconds = itertools.count(1_767_225_600)


def someone(account: Account) -> Person:
    """The account as git's author, a second later than the one before: commits stay in order."""
    return Person(account.login, account.email, f"{next(_seconds)} +0000")


class Fixtures:
    """Mixed into `FakeGitHub`."""

    root: Path
    web: str
    shapes: Shapes
    lock: threading.RLock
    clock: Callable[[], float]
    accounts: dict[str, Account]
    repositories: dict[str, Repository]
    signed: set[str]
    tokens: dict[str, Token]

    def account(self, login: str, *, kind: str = "User") -> Account:
        """The account of that name, made when there is none."""
        return self.accounts.setdefault(login, Account(login, kind))

    # -- repositories ----------------------------------------------------------------------------------------
    def create_repository(
        self,
        files: Mapping[str, Content] | None = None,
        *,
        slug: str = "octo/models",
        default_branch: str = "main",
        modes: Mapping[str, str] | None = None,
        **more: Any,
    ) -> Repository:
        """A repository with one commit of `files` on its default branch; with none it stays empty."""
        git = GitDirectory.create(self.root / f"{slug}.git", branch=default_branch)
        repository = Repository(slug, self.account(slug.split("/", maxsplit=1)[0]), git, default_branch, **more)
        self.repositories[slug] = repository
        if files:
            self.commit(repository, files, branch=default_branch, modes=modes)
        return repository

    def fork(self, repository: Repository, owner: str) -> Repository:
        """A full copy under another owner."""
        slug = f"{owner}/{repository.name}"
        path = self.root / f"{slug}.git"
        shutil.copytree(repository.git.path, path)
        fork = Repository(
            slug, self.account(owner), GitDirectory(path), repository.default_branch, fork_of=repository.slug
        )
        self.repositories[slug] = fork
        return fork

    def commit(
        self,
        repository: Repository,
        files: Mapping[str, Content],
        *,
        branch: str = "main",
        start: str | None = None,
        message: str = "Work",
        author: str = "alice",
        modes: Mapping[str, str] | None = None,
        amend: bool = False,
    ) -> str:
        """Commit `files` (None deletes) on `branch`; `start` is where a new branch begins, `amend` replaces the tip."""
        git, modes = repository.git, modes or {}
        tip = git.resolve(branch) or (git.resolve(start) if start else None)
        entries = []
        for path, content in files.items():
            data = content.encode() if isinstance(content, str) else content
            sha = None if data is None else git.write_blob(data)
            entries.append((modes.get(path, "100644"), sha, path))
        tree = git.make_tree(git.resolve(tip, kind="tree") if tip else None, entries)
        parents = git.facts(tip).parents if amend and tip else [tip] if tip else []
        made = git.commit(tree, parents, message=message, author=someone(self.account(author)))
        git.update_ref(f"refs/heads/{branch}", made)
        return made

    # -- pull requests ---------------------------------------------------------------------------------------
    def open_pull_request(
        self,
        repository: Repository,
        files: Mapping[str, Content] | None = None,
        *,
        branch: str = "feature",
        base: str | None = None,
        title: str = "Change",
        body: str = "",
        author: str = "alice",
        draft: bool = False,
        head: Repository | None = None,
        modes: Mapping[str, str] | None = None,
    ) -> Pull:
        """A pull request from `branch` (of `head`, for a fork); `files`, if given, are committed on it first."""
        source, base = head or repository, base or repository.default_branch
        if files is not None:
            self.commit(source, files, branch=branch, start=base, author=author, modes=modes)
        pull = Pull(repository.next_number(), title, body, self.account(author), branch, source.slug, base, draft=draft)
        repository.pulls[pull.number] = pull
        return pull

    def shas(self, repository: Repository, pull: Pull) -> tuple[str, str]:
        """Base and head commits as they are now; the head is fetched where it lies in a fork."""
        kept = f"refs/pull/{pull.number}/head"
        source = self.repositories.get(pull.head_repository)
        tip = source.git.resolve(pull.head_ref) if source and pull.state == "open" else None
        if tip and tip != repository.git.resolve(kept):
            if source is not repository and source is not None:
                repository.git.run("fetch", "--quiet", str(source.git.path), f"+refs/heads/{pull.head_ref}:{kept}")
            else:
                repository.git.update_ref(kept, tip)
        head = repository.git.resolve(kept)
        base = repository.git.resolve(pull.base_ref)
        return base or "0" * 40, head or "0" * 40

    def files_of(self, repository: Repository, pull: Pull) -> list[FileDiff]:
        base, head = self.shas(repository, pull)
        start = repository.git.merge_base(base, head)
        return repository.git.diff(start, head) if start else []

    def close(self, pull: Pull, *, by: str = "alice", merged: bool = False) -> None:
        """A person closes or merges; the branch stays."""
        pull.state, pull.merged = "closed", merged
        pull.closed_at = now()
        pull.merged_at = pull.closed_at if merged else None
        pull.timeline.append(Event("CLOSED_EVENT", self.account(by)))

    def pull_json(self, repository: Repository, pull: Pull, *, whole: bool = True) -> dict[str, Any]:
        base, head = self.shas(repository, pull)
        source = self.repositories.get(pull.head_repository)
        simple = self.shapes.pull(repository, source, pull, base_sha=base, head_sha=head)
        if not whole:
            return simple
        start = repository.git.merge_base(base, head)
        commits = len(repository.git.between(start, head)) if start else 0
        return self.shapes.whole_pull(simple, pull, files=self.files_of(repository, pull), commits=commits)

    # -- talk ------------------------------------------------------------------------------------------------
    def comment(self, issue: Pull | Issue, body: str, *, by: str = "alice") -> Comment:
        """Somebody comments on a pull request or an issue."""
        made = Comment(body, self.account(by))
        issue.comments.append(made)
        return made

    def start_thread(
        self,
        repository: Repository,
        pull: Pull,
        path: str,
        line: int | None,
        body: str,
        *,
        by: str = "alice",
        **more: Any,
    ) -> Thread:
        """Somebody opens a review thread; its anchor has to lie in the diff."""
        diff = next((one for one in self.files_of(repository, pull) if one.path == path), None)
        assert diff is not None, f"{path} is not in the diff"
        side, start = more.get("side", "RIGHT"), more.get("start_line")
        hunk = None if line is None else anchor_hunk(diff.patch, line, side=side, start_line=start)
        assert line is None or hunk is not None, f"{path}:{line} is not in the diff"
        head = self.shas(repository, pull)[1]
        shown = hunk or next(iter(shown_hunks(diff.patch)), None)
        thread = Thread(path, line, start, side, head, shown.text if shown else "", [Comment(body, self.account(by))])
        pull.threads.append(thread)
        return thread

    def reply(self, thread: Thread, body: str, *, by: str = "alice") -> Comment:
        made = Comment(body, self.account(by), review=next_id())
        thread.comments.append(made)
        return made

    def resolve(self, thread: Thread, *, by: str = "alice") -> None:
        thread.resolved_by = self.account(by)

    def line_now(self, repository: Repository, thread: Thread, head: str) -> int | None:
        """Where a thread's line stands in the head; None when the line is gone (the thread is outdated)."""
        line = thread.line
        if line is None or thread.side == "LEFT" or head == thread.commit:
            return line
        return repository.git.moved_line(thread.path, line, since=thread.commit, now=head)

    # -- what the runner hands to the action -----------------------------------------------------------------
    def pull_request_event(self, repository: Repository, pull: Pull, *, action: str = "synchronize") -> dict[str, Any]:
        """The payload of a `pull_request` event."""
        return {
            "action": action,
            "number": pull.number,
            "pull_request": self.pull_json(repository, pull),
            "repository": self.shapes.repository(repository),
            "sender": self.shapes.account(pull.author),
        }

    def push_event(self, repository: Repository, *, branch: str = "main") -> dict[str, Any]:
        """The payload of a `push` event."""
        head = repository.git.resolve(branch) or "0" * 40
        return {
            "ref": f"refs/heads/{branch}",
            "before": "0" * 40,
            "after": head,
            "created": False,
            "deleted": False,
            "forced": False,
            "base_ref": None,
            "commits": [],
            "head_commit": None,
            "repository": {**self.shapes.repository(repository), "master_branch": repository.default_branch},
            "pusher": {"name": "alice"},
            "sender": self.shapes.account(self.account("alice")),
        }
