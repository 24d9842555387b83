"""The embedded default: a plain local git repository plays the forge. Nothing leaves the machine.

The fix branch is a real branch, made without touching the work tree. The review, the summary and the fix pull request's
text are written under `.git/loadguard/`, as JSON for the next run and as Markdown for people.
"""

from __future__ import annotations

import os
from collections.abc import Iterable
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

from bot.edge.checkout import Checkout
from bot.edge.checkout_write import move_branch, write_commit, write_tree, written_by_us
from bot.edge.local_store import LocalStore
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

_US = "loadguard"


class LocalForge:
    """`Forge` on a checkout. A pull request here is a base and a head; its number is always 0."""

    web = ""

    def __init__(self, checkout: Checkout) -> None:
        self.checkout = checkout
        self.slug = checkout.root.name
        common = os.fsdecode(checkout.run("rev-parse", "--git-common-dir")).rstrip("\n")
        self._store = LocalStore((checkout.root / common).resolve() / "loadguard")
        self._pull: PullRequest | None = None

    def open_pull(self, base: str, head: str) -> PullRequest:
        """Take `head` as a pull request onto `base`. Raises `UsageError` where either is no commit."""
        base_sha, head_sha = self.checkout.require(base), self.checkout.require(head)
        self._pull = PullRequest(0, base_sha, base, head_sha, self._branch_of(head), self.slug, fork=False)
        return self._pull

    def pages(self, pull: PullRequest) -> dict[str, Path]:
        """The Markdown pages that stand for this pull request on disk, by what they are."""
        names = {"review": _key(pull), "summary": _key(pull)}
        pages = {kind: self._store.page(kind, name) for kind, name in names.items()}
        return {kind: page for kind, page in pages.items() if page.is_file()}

    # -- who we are ----------------------------------------------------------------------------------------
    def waits_for_approval(self) -> bool:
        """No workflows run here."""
        return False

    def checks(self) -> None:
        """A commit of a plain repository has no checks; the command's exit code is one."""
        return

    def code_scanning(self) -> None:
        """Nor has it code scanning; `--format sarif` writes the report."""
        return

    # -- reading -------------------------------------------------------------------------------------------
    def default_branch(self) -> str:
        for name in (self._symbolic("refs/remotes/origin/HEAD"), "main", "master", self._symbolic("HEAD")):
            if name and self.branch_sha(name):
                return name
        raise ForgeError(
            "this repository has no branch to start from", hint="commit something, or name one with --base"
        )

    def branch_sha(self, ref: str) -> str | None:
        return self.checkout.commit(f"refs/heads/{ref}")

    def pull_request(self, number: int) -> PullRequest:
        if self._pull is None or number != 0:
            raise UsageError("a local repository has no pull requests by number", hint="name --base and --head")
        return self._pull

    def pull_request_at(self, head_repository: str, head_ref: str, head_sha: str) -> PullRequest | None:
        """A local repository has no forks."""
        return None

    def changed_files(self, pull: PullRequest) -> tuple[ChangedFile, ...] | None:
        base = self.checkout.merge_base(pull.base_sha, pull.head_sha)
        return self.checkout.changed_files(base, pull.head_sha) if base else None

    def read_file(self, path: str, ref: str) -> bytes | None:
        return self.checkout.read_file(path, ref)

    def read_files(self, paths: Iterable[str], commit: str) -> dict[str, TreeFile]:
        found = {path: self.read_file(path, commit) for path in paths}
        return {path: TreeFile("", data) for path, data in found.items() if data is not None}

    def prepare(self, foreseen: Foreseen) -> None:
        """Nothing is far away here."""

    # -- the review ----------------------------------------------------------------------------------------
    def threads(self, pull: PullRequest) -> tuple[Thread, ...]:
        return tuple(_thread(record) for record in self._store.read("review", _key(pull)).get("threads", []))

    def post_review(self, pull: PullRequest, review: Review) -> tuple[Refusal, ...]:
        threads = self._store.read("review", _key(pull)).get("threads", [])
        for comment in review.comments:
            number = str(len(threads) + 1)
            threads.append({"id": number, "path": comment.path, "line": comment.line, "start": comment.start_line,
                            "body": comment.body, "resolved": False})  # fmt: skip
        self._save_review(pull, review.body, threads)
        return ()

    def resolve_thread(self, thread: Thread) -> None:
        pull = self.pull_request(0)
        known = self._store.read("review", _key(pull))
        threads = [
            {**each, "resolved": each["resolved"] or each["id"] == thread.id} for each in known.get("threads", [])
        ]
        self._save_review(pull, known.get("body", ""), threads)

    def summary(self, pull: PullRequest) -> Comment | None:
        record = self._store.read("summary", _key(pull))
        return Comment("summary", _US, record["body"], True) if record else None

    def put_summary(self, pull: PullRequest, body: str, *, existing: Comment | None) -> None:
        self._store.write("summary", _key(pull), {"body": body}, body)

    # -- the fix branch ------------------------------------------------------------------------------------
    def fix_branch(self, name: str, base_ref: str) -> BranchState | None:
        sha, base = self.branch_sha(name), self.checkout.commit(base_ref)
        if sha is None or base is None:
            return None
        tree = self.checkout.run("rev-parse", "--verify", "--end-of-options", f"{sha}^{{tree}}").decode("ascii").strip()
        return BranchState(name, sha, tree, written_by_us(self.checkout, sha, base))

    def fix_pull_requests(self, branch: str) -> tuple[FixPullRequest, ...]:
        record = self._store.read("fix", branch)
        return (self._settled(FixPullRequest(**record), branch),) if record else ()

    def tree_of(self, branch: FixBranch) -> str:
        return write_tree(self.checkout, branch.base_sha, branch.changes)

    def push_fix_branch(self, branch: FixBranch, *, standing: BranchState | None) -> str:
        tree = self.tree_of(branch)
        commit = write_commit(self.checkout, tree, parent=branch.base_sha, message=branch.commit_message)
        move_branch(self.checkout, branch.name, commit, standing=standing.sha if standing else None)
        return commit

    def open_fix_pull_request(self, branch: FixBranch) -> FixPullRequest:
        pull = FixPullRequest(
            number=1,
            url=str(self._store.page("fix", branch.name)),
            state="open",
            merged=False,
            title=branch.title,
            body=branch.body,
            draft=branch.draft,
            base_ref=branch.base_ref,
            head_sha=self.branch_sha(branch.name) or "",
            ours=True,
        )
        self._save_fix(pull, branch.name)
        return pull

    def update_fix_pull_request(self, pull: FixPullRequest, branch: FixBranch) -> tuple[str, ...]:
        tip = self.branch_sha(branch.name) or pull.head_sha
        self._save_fix(replace(pull, title=branch.title, body=branch.body, head_sha=tip), branch.name)
        return ()

    def close_fix_pull_request(self, pull: FixPullRequest, sentence: str) -> None:
        closed = replace(pull, state="closed", closed_by_us=True, body=f"{sentence}\n\n{pull.body}")
        self._save_fix(closed, self._branch_of_fix(pull))

    # -- details -------------------------------------------------------------------------------------------
    def _settled(self, pull: FixPullRequest, branch: str) -> FixPullRequest:
        """A person merges by merging and declines by deleting the branch: there is no other button here."""
        if pull.state != "open":
            return pull
        base = self.checkout.commit(pull.base_ref)
        if base and pull.head_sha and self.checkout.is_ancestor(pull.head_sha, base):
            return replace(pull, state="closed", merged=True)
        return pull if self.branch_sha(branch) else replace(pull, state="closed")

    def _save_review(self, pull: PullRequest, body: str, threads: list[dict[str, Any]]) -> None:
        self._store.write("review", _key(pull), {"body": body, "threads": threads}, _review_page(body, threads))

    def _save_fix(self, pull: FixPullRequest, branch: str) -> None:
        self._store.write("fix", branch, asdict(pull), f"# {pull.title} ({pull.state})\n\n{pull.body}")

    def _branch_of_fix(self, pull: FixPullRequest) -> str:
        """The branch whose page the pull request's address is."""
        out = self.checkout.run("for-each-ref", "--format=%(refname)", "refs/heads/")
        names = [os.fsdecode(each).removeprefix("refs/heads/") for each in out.splitlines()]
        found = next((name for name in names if str(self._store.page("fix", name)) == pull.url), None)
        if found is None:
            raise ForgeError(f"the branch of {pull.url} is gone")
        return found

    def _symbolic(self, ref: str) -> str:
        out = self.checkout.run("symbolic-ref", "--quiet", "--short", ref, okay=(0, 1, 128))
        return os.fsdecode(out).strip().removeprefix("origin/")

    def _branch_of(self, ref: str) -> str:
        """The branch a head is known by: its own name, or the one HEAD stands on."""
        if self.branch_sha(ref):
            return ref
        return (self._symbolic("HEAD") if ref == "HEAD" else "") or ref


def _key(pull: PullRequest) -> str:
    return f"{pull.base_ref}...{pull.head_ref}"


def _thread(record: dict[str, Any]) -> Thread:
    comment = Comment(record["id"], _US, record["body"], True)
    return Thread(
        record["id"], record["path"], record["line"], record["resolved"], False, (comment,), record["resolved"]
    )


def _review_page(body: str, threads: list[dict[str, Any]]) -> str:
    parts = [body]
    for each in threads:
        first, last = each["start"] or each["line"], each["line"]
        lines = f"lines {first} to {last}" if first != last else f"line {last}" if last else "the file as a whole"
        name = each["path"].encode("unicode_escape").decode("ascii").replace("`", "'")
        parts.append(f"## `{name}`, {lines}{' (resolved)' if each['resolved'] else ''}\n\n{each['body']}")
    return "\n\n".join(parts)
