"""The files of a commit, from the cheapest place that has them: git objects, the work tree, the forge."""

from __future__ import annotations

import hashlib
import os
import posixpath
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import partial

from bot.activities.desk import Desk
from bot.activities.scanning import wants
from bot.edge.checkout import Checkout, TreeEntry
from bot.edge.tree import MAX_FILE, read_file, walk_tree
from bot.model import LINK_MODE, SUBMODULE_MODE, ChangedFile, TreeFile

_CHUNK = 64 * 1024 * 1024
_LEFT_OUT = "a symbolic link that leads out of the tree, not followed"


@dataclass(frozen=True, slots=True)
class Source:
    """`files` is the tree as far as it is at hand, `modes` git's mode of each, `unreadable` what was left out and
    why.
    """

    files: Mapping[str, bytes]
    modes: Mapping[str, str]
    unreadable: Mapping[str, str]


class BlobFiles(Mapping[str, bytes]):
    """Files of a commit, read from git's objects in large helpings once somebody asks for the first of them.

    One whose object is missing is empty here and named in `unreadable`, which is handed in.
    """

    def __init__(self, checkout: Checkout, entries: Iterable[TreeEntry], unreadable: dict[str, str]) -> None:
        self._checkout = checkout
        self._unreadable = unreadable
        self._entries = {entry.path: entry for entry in entries}
        self._blobs: dict[str, bytes] = {}

    def __getitem__(self, path: str) -> bytes:
        entry = self._entries[path]
        if entry.blob not in self._blobs:
            self._blobs |= self._checkout.read_blobs(self._helping(path))
        if entry.blob not in self._blobs:
            self._unreadable[path] = "its content is not in the checkout (a partial clone)"
            return b""
        return self._blobs[entry.blob]

    def __iter__(self) -> Iterator[str]:
        return iter(self._entries)

    def __len__(self) -> int:
        return len(self._entries)

    def _helping(self, path: str) -> list[str]:
        """The wanted blob first, then others up to some size: one git process instead of thousands."""
        first = self._entries[path]
        blobs, size = [first.blob], first.size
        for entry in self._entries.values():
            if entry.blob not in self._blobs and size + entry.size <= _CHUNK:
                blobs.append(entry.blob)
                size += entry.size
        return blobs


def source_of(desk: Desk, head: str, changed: Iterable[ChangedFile], *, markdown: bool = False) -> Source:
    """The tree of commit `head`. `changed` is what a pull request touches."""
    if desk.checkout is not None and desk.checkout.commit(head):
        return from_commit(desk.checkout, head, markdown=markdown)
    return _from_forge(desk, head, tuple(changed), markdown=markdown)


def from_commit(checkout: Checkout, commit: str, *, markdown: bool = False) -> Source:
    """Every file of a commit that can matter to a rule; links and submodules are named, not read."""
    tree = checkout.list_tree(commit)
    listed = [each for each in tree if wants(each.path, markdown=markdown)]
    wanted = [each for each in listed if each.mode not in (LINK_MODE, SUBMODULE_MODE)]
    unreadable = {
        each.path: f"{each.size:,} bytes, more than the limit of {MAX_FILE:,}"
        for each in wanted
        if each.size > MAX_FILE
    }
    links = [each for each in listed if each.mode == LINK_MODE]
    targets = checkout.read_blobs(each.blob for each in links)
    unreadable |= {
        each.path: _LEFT_OUT for each in links if _leads_out(each.path, os.fsdecode(targets.get(each.blob, b"/")))
    }
    files = BlobFiles(checkout, [each for each in wanted if each.size <= MAX_FILE], unreadable)
    return Source(files, {each.path: each.mode for each in tree}, unreadable)


def _leads_out(path: str, target: str) -> bool:
    """A link inside the tree leads to what is scanned anyway."""
    full = posixpath.normpath(posixpath.join(posixpath.dirname(path), target))
    return target.startswith("/") or full == ".." or full.startswith("../")


def not_at_hand(desk: Desk, head: str, changed: Iterable[ChangedFile], *, markdown: bool = False) -> tuple[str, ...]:
    """Changed files that a rule may look at and only the forge has as they are at `head`."""
    if desk.checkout is not None and desk.checkout.commit(head):
        return ()
    wanted = [file for file in changed if file.status != "removed" and wants(file.path, markdown=markdown)]
    return tuple(file.path for file in wanted if not _is_at_hand(desk, file))


def _from_forge(desk: Desk, head: str, changed: tuple[ChangedFile, ...], *, markdown: bool) -> Source:
    """The usual checkout in CI is one merge commit without history: evidence comes from the work tree, changed files
    from there only where git's id of the content is the head's; else from the forge.
    """
    files = _work_tree(desk, markdown=markdown)
    missing = not_at_hand(desk, head, changed, markdown=markdown)
    for path in (*missing, *(file.path for file in changed if file.status == "removed")):
        files.pop(path, None)
    fetched = desk.forge.read_files(missing, head) if missing else {}
    unreadable = {path: why for path in missing if (why := _unfit(path, fetched.get(path)))}
    whole = {path: entry for path, entry in fetched.items() if path not in unreadable}
    files |= {path: entry.data for path, entry in whole.items() if entry.mode not in (LINK_MODE, SUBMODULE_MODE)}
    head_tree = desk.checkout.list_tree("HEAD") if desk.checkout and desk.checkout.commit("HEAD") else ()
    modes = {each.path: each.mode for each in head_tree}
    modes |= {path: entry.mode for path, entry in fetched.items() if entry.mode}
    return Source(files, modes, unreadable)


def _unfit(path: str, entry: TreeFile | None) -> str:
    """Why a changed file cannot be scanned; a submodule, or a link inside the tree, needs no scan of its own."""
    if entry is None:
        return "the forge has no such file at this commit: it is gone"
    if entry.mode == LINK_MODE:
        return _LEFT_OUT if _leads_out(path, os.fsdecode(entry.data)) else ""
    size = len(entry.data)
    return f"{size:,} bytes, more than the limit of {MAX_FILE:,}" if size > MAX_FILE else ""


def _is_at_hand(desk: Desk, file: ChangedFile) -> bool:
    """Whether the work tree already has exactly the head's content."""
    content = read_file(desk.checkout.root, file.path) if desk.checkout is not None and file.blob else None
    return isinstance(content, bytes) and blob_id(content) == file.blob


def _work_tree(desk: Desk, *, markdown: bool) -> dict[str, bytes]:
    if desk.checkout is None:
        return {}
    root = desk.checkout.root
    walk = walk_tree(root, wants=partial(wants, markdown=markdown))
    read = ((path, read_file(root, path)) for path in walk.sizes)
    return {path: content for path, content in read if isinstance(content, bytes)}


def blob_id(data: bytes) -> str:
    """git's name for this content."""
    return hashlib.sha1(b"blob %d\0" % len(data) + data, usedforsecurity=False).hexdigest()
