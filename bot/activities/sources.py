"""The files of a commit, from the cheapest place that has them: git objects, the work tree, the forge."""

from __future__ import annotations

import hashlib
import os
import posixpath
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from bot.activities.desk import Desk
from bot.activities.scanning import wants
from bot.edge.checkout import Checkout, TreeEntry
from bot.edge.tree import MAX_FILE, read_file, walk_tree
from bot.model import ChangedFile

_CHUNK = 64 * 1024 * 1024
_LINK, _SUBMODULE = "120000", "160000"


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


def source_of(desk: Desk, head: str, changed: Iterable[ChangedFile] | None) -> Source:
    """The tree of commit `head`. `changed` is what a pull request touches; None where the whole tree is meant."""
    if desk.checkout is not None and desk.checkout.commit(head):
        return from_commit(desk.checkout, head)
    return _from_forge(desk, head, tuple(changed or ()))


def from_commit(checkout: Checkout, commit: str) -> Source:
    """Every file of a commit that can matter to a rule; links and submodules are named, not read."""
    listed = checkout.list_tree(commit)
    wanted = [each for each in listed if wants(each.path) and each.mode not in (_LINK, _SUBMODULE)]
    unreadable = {
        each.path: f"{each.size:,} bytes, more than the limit of {MAX_FILE:,}"
        for each in wanted
        if each.size > MAX_FILE
    }
    links = [each for each in listed if each.mode == _LINK and wants(each.path)]
    targets = checkout.read_blobs(each.blob for each in links)
    unreadable |= {
        each.path: "a symbolic link that leads out of the tree, not followed"
        for each in links
        if _leads_out(each.path, os.fsdecode(targets.get(each.blob, b"/")))
    }
    files = BlobFiles(checkout, [each for each in wanted if each.size <= MAX_FILE], unreadable)
    return Source(files, {each.path: each.mode for each in listed}, unreadable)


def _leads_out(path: str, target: str) -> bool:
    """A link inside the tree leads to what is scanned anyway."""
    full = posixpath.normpath(posixpath.join(posixpath.dirname(path), target))
    return target.startswith("/") or full == ".." or full.startswith("../")


def _from_forge(desk: Desk, head: str, changed: tuple[ChangedFile, ...]) -> Source:
    """The usual checkout in CI is one merge commit without history: evidence comes from the work tree, changed files
    from
    there only where git's id of the content is the head's; else from the forge."""
    files: dict[str, bytes] = {}
    unreadable: dict[str, str] = {}
    work = _work_tree(desk)
    files |= {path: content for path, content in work.items() if isinstance(content, bytes)}
    gone = {file.path for file in changed if file.status == "removed" or not wants(file.path)}
    missing = [file.path for file in changed if file.path not in gone and not _is_at_hand(file, files)]
    fetched = desk.forge.read_files(missing, head) if missing else {}
    for path in (*gone, *missing):
        files.pop(path, None)
    for path in missing:
        content = fetched.get(path)
        if content is None:
            unreadable[path] = "the forge has no such file at this commit: a link, a submodule, or it is gone"
        elif len(content) > MAX_FILE:
            unreadable[path] = f"{len(content):,} bytes, more than the limit of {MAX_FILE:,}"
        else:
            files[path] = content
    head_tree = desk.checkout.list_tree("HEAD") if desk.checkout and desk.checkout.commit("HEAD") else ()
    return Source(files, {each.path: each.mode for each in head_tree}, unreadable)


def _is_at_hand(file: ChangedFile, files: Mapping[str, bytes]) -> bool:
    """Whether the work tree already has exactly the head's content."""
    return bool(file.blob) and file.path in files and blob_id(files[file.path]) == file.blob


def _work_tree(desk: Desk) -> dict[str, bytes]:
    if desk.checkout is None:
        return {}
    root = desk.checkout.root
    walk = walk_tree(root, wants=wants)
    read = ((path, read_file(root, path)) for path in walk.sizes)
    return {path: content for path, content in read if isinstance(content, bytes)}


def blob_id(data: bytes) -> str:
    """git's name for this content."""
    return hashlib.sha1(b"blob %d\0" % len(data) + data, usedforsecurity=False).hexdigest()
