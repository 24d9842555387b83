"""Git trees on GitHub: the id a tree would have, worked out without writing, and the tree itself, written inline."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from bot.edge.github.http import Door
from bot.edge.github.queries import folders_query
from bot.errors import ForgeError
from bot.model import FileChange, FixBranch

Entries = dict[bytes, tuple[int, str]]
"""A folder: name -> (mode, object id)."""

_FOLDER = 0o040000
_AT_ONCE = 50
"""Folders asked for in one query."""


def object_id(kind: str, data: bytes) -> str:
    """Git's name for an object. GitHub's repositories use SHA-1."""
    return hashlib.sha1(b"%s %d\0" % (kind.encode(), len(data)) + data, usedforsecurity=False).hexdigest()


def tree_id(entries: Entries) -> str:
    """Git's name for a folder; git sorts a folder's name as if it ended in a slash."""
    in_order = sorted(entries.items(), key=lambda item: item[0] + (b"/" if item[1][0] == _FOLDER else b""))
    return object_id(
        "tree", b"".join(b"%o %s\0%s" % (mode, name, bytes.fromhex(sha)) for name, (mode, sha) in in_order)
    )


def parents_of(paths: Iterable[str]) -> list[str]:
    """Every folder on the way to `paths`, deepest first, the root (empty) last."""
    found = {""}
    for path in paths:
        parts = path.split("/")[:-1]
        found.update("/".join(parts[: end + 1]) for end in range(len(parts)))
    return sorted(found, key=lambda folder: (-folder.count("/") - bool(folder), folder))


@dataclass(frozen=True, slots=True)
class Trees:
    """The trees of one repository; `owner` and `name` are the variables of every query."""

    door: Door
    owner: str
    name: str

    @property
    def _path(self) -> str:
        return f"/repos/{self.owner}/{self.name}/git"

    def wanted(self, branch: FixBranch) -> str:
        """The id of the tree that `branch` would have. Reads the touched folders, fifty a request; writes nothing."""
        folders = parents_of(change.path for change in branch.changes)
        read = self._read(branch.base_sha, folders)
        for change in _with_modes(branch.changes, read):
            folder, _, leaf = change.path.rpartition("/")
            read[folder][_raw(leaf)] = (int(change.mode, 8), object_id("blob", change.content))
        for folder in folders:
            if folder:
                above, _, leaf = folder.rpartition("/")
                read[above][_raw(leaf)] = (_FOLDER, tree_id(read[folder]))
        return tree_id(read[""])

    def _read(self, commit: str, folders: list[str]) -> dict[str, Entries]:
        found: dict[str, Entries] = {}
        for start in range(0, len(folders), _AT_ONCE):
            part = folders[start : start + _AT_ONCE]
            variables = {f"f{index}": f"{commit}:{folder}" for index, folder in enumerate(part)}
            answer = self.door.ask(folders_query(len(part)), {"owner": self.owner, "name": self.name, **variables})
            for index, folder in enumerate(part):
                found[folder] = _entries(answer["repository"][f"f{index}"])
        return found

    def write(self, branch: FixBranch, *, base_tree: str) -> str:
        """Make the tree: text inline, which keeps file modes; what is no plain UTF-8 through a blob. Its id."""
        changes = branch.changes
        if not all(change.mode for change in changes):
            folders = {change.path.rpartition("/")[0] for change in changes}
            changes = _with_modes(changes, self._read(branch.base_sha, sorted(folders)))
        entries = [self._entry(change) for change in changes]
        body = {"base_tree": base_tree, "tree": entries}
        made = self.door.put(f"{self._path}/trees", body, method="POST", needs="contents: write")
        return str(made["sha"])

    def _entry(self, change: FileChange) -> dict[str, str]:
        entry = {"path": change.path, "mode": change.mode, "type": "blob"}
        text = _plain_text(change.content)
        if text is not None:
            return {**entry, "content": text}
        body = {"content": base64.b64encode(change.content).decode("ascii"), "encoding": "base64"}
        blob = self.door.put(f"{self._path}/blobs", body, method="POST", needs="contents: write")
        return {**entry, "sha": str(blob["sha"])}

    def base_tree(self, commit: str) -> str:
        """The tree of a commit."""
        return str(self.door.get(f"{self._path}/commits/{commit}")["tree"]["sha"])


def _with_modes(changes: tuple[FileChange, ...], read: Mapping[str, Entries]) -> tuple[FileChange, ...]:
    """The changes with every mode filled in from the folders they lie in; a new file is an ordinary one."""
    found = []
    for change in changes:
        folder, _, leaf = change.path.rpartition("/")
        mode, _ = read[folder].get(_raw(leaf), (0o100644, "")) if not change.mode else (int(change.mode, 8), "")
        found.append(replace(change, mode=f"{mode:o}"))
    return tuple(found)


def _entries(node: Mapping[str, Any] | None) -> Entries:
    """A folder the base does not have yet is empty."""
    listed = (node or {}).get("entries") or []
    found: Entries = {}
    for entry in listed:
        name = base64.b64decode(entry["nameRaw"])
        if name in found:
            raise ForgeError(f"GitHub lists {name!r} twice in one folder")
        found[name] = (int(entry["mode"]), str(entry["oid"]))
    return found


def _plain_text(content: bytes) -> str | None:
    """The text, where JSON carries it unharmed: UTF-8 without a BOM and without NUL."""
    if b"\0" in content or content.startswith(b"\xef\xbb\xbf"):
        return None
    try:
        return content.decode("utf-8")
    except UnicodeDecodeError:
        return None


def _raw(name: str) -> bytes:
    return name.encode("utf-8", "surrogateescape")
