"""Commits and branches made with plumbing: the work tree, the index and the user's configuration are never touched."""

from __future__ import annotations

import tempfile
from collections.abc import Iterable
from pathlib import Path

from bot.edge.checkout import Checkout
from bot.errors import ForgeError
from bot.model import FileChange

NAME = "Loadguard"
EMAIL = "loadguard@users.noreply.github.com"


def write_tree(checkout: Checkout, base: str, changes: Iterable[FileChange]) -> str:
    """The id of `base`'s tree with `changes` in it. Objects are written; nothing points at them yet."""
    with tempfile.TemporaryDirectory(prefix="loadguard-index-") as folder:
        index = {"GIT_INDEX_FILE": str(Path(folder) / "index")}
        checkout.run("read-tree", "--end-of-options", f"{base}^{{tree}}", environment=index)
        records = b"".join(_record(checkout, change) for change in changes)
        checkout.run("update-index", "-z", "--index-info", data=records, environment=index)
        return checkout.run("write-tree", environment=index).decode("ascii").strip()


def write_commit(checkout: Checkout, tree: str, *, parent: str, message: str) -> str:
    """One commit by us on `parent`; its id."""
    who = {
        f"GIT_{role}_{part}": value
        for role in ("AUTHOR", "COMMITTER")
        for part, value in (("NAME", NAME), ("EMAIL", EMAIL))
    }
    out = checkout.run(
        "commit-tree", tree, "-p", parent, "-F", "-", data=message.encode("utf-8", "replace"), environment=who
    )
    return out.decode("ascii").strip()


def move_branch(checkout: Checkout, name: str, commit: str, *, standing: str | None) -> None:
    """Point branch `name` at `commit`, if it still stands where we saw it.

    Raises `ForgeError` where it moved meanwhile, where it is checked out somewhere, or where the name is no branch
    name.
    """
    if name in checked_out(checkout):
        raise ForgeError(f"branch {name} is checked out here", hint="switch to another branch and run again")
    checkout.run("update-ref", "--no-deref", f"refs/heads/{name}", commit, standing or "0" * len(commit))


def checked_out(checkout: Checkout) -> frozenset[str]:
    """Branches some work tree of this repository stands on."""
    out = checkout.run("worktree", "list", "--porcelain").decode("utf-8", "surrogateescape")
    prefix = "branch refs/heads/"
    return frozenset(line.removeprefix(prefix) for line in out.splitlines() if line.startswith(prefix))


def written_by_us(checkout: Checkout, commit: str, base: str) -> bool:
    """Whether every commit of `commit` that is not in `base` was committed by us."""
    out = checkout.run("rev-list", "--end-of-options", commit, f"^{base}").decode("ascii").split()
    emails = [_committer(checkout.run("cat-file", "commit", each)) for each in out]
    return all(email == EMAIL for email in emails)


def _record(checkout: Checkout, change: FileChange) -> bytes:
    blob = checkout.run("hash-object", "-w", "--no-filters", "--stdin", data=change.content).strip()
    name = change.path.encode("utf-8", "surrogateescape")
    return change.mode.encode("ascii") + b" " + blob + b"\t" + name + b"\0"


def _committer(commit: bytes) -> str:
    head = commit.split(b"\n\n", 1)[0]
    line = next((each for each in head.split(b"\n") if each.startswith(b"committer ")), b"")
    return line.rpartition(b"<")[2].partition(b">")[0].decode("utf-8", "replace")
