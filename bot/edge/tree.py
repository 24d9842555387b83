"""A folder on disk as path -> bytes. Links are not followed out of it, nothing huge is read, trouble is a value."""

from __future__ import annotations

import errno
import os
import stat
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from bot.model import Unreadable

MAX_FILE = 20 * 1024 * 1024
"""Bytes of the largest file that is read; the largest Python file in 132 repositories looked at has 4 MB."""

_NOT_OURS = frozenset(
    ".git .hg .svn .bzr .jj .venv venv .tox .nox .eggs __pycache__ __pypackages__ node_modules site-packages".split()
    + ".mypy_cache .pytest_cache .ruff_cache .hypothesis .ipynb_checkpoints .direnv .pyenv".split()
)
"""Folders that hold no code of this project: environments, caches, version control."""


@dataclass(slots=True)
class Walk:
    """What a walk met: `sizes` of regular files by path (`/`-separated), `unreadable` files, `notices` about folders
    left out. `aside` are the sizes of files that are not read whole, such as checkpoints, however large.
    """

    sizes: dict[str, int] = field(default_factory=dict)
    unreadable: dict[str, str] = field(default_factory=dict)
    notices: list[str] = field(default_factory=list)
    aside: dict[str, int] = field(default_factory=dict)


def walk_tree(
    root: Path,
    *,
    wants: Callable[[str], bool],
    named: Collection[str] = (),
    aside: Callable[[str], bool] = lambda path: False,
) -> Walk:
    """Every regular file below `root` that `wants` accepts by its path, sorted. A submodule or nested repository is
    another project, and so is an environment, but for one in `named` or around it: a person asked for that.
    """
    walk = Walk()
    home = os.path.realpath(root)
    stack = [""]
    while stack:
        below = stack.pop()
        stack += sorted(_list_folder(home, below, walk, _Choice(wants, aside), named), reverse=True)
    return walk


class TreeFiles(Mapping[str, bytes]):
    """The files of a walk, read when asked for and kept. One that cannot be read is empty here and named in
    `unreadable`.
    """

    def __init__(self, root: Path, walk: Walk) -> None:
        self.root = root
        self.unreadable: dict[str, str] = dict(walk.unreadable)
        self._sizes = walk.sizes
        self._read: dict[str, bytes] = {}

    def __getitem__(self, path: str) -> bytes:
        if path not in self._sizes:
            raise KeyError(path)
        known = self._read.get(path)
        if known is None:
            content = read_file(self.root, path)
            if isinstance(content, Unreadable):
                self.unreadable[path] = content.reason
                content = b""
            known = self._read[path] = content
        return known

    def __iter__(self) -> Iterator[str]:
        return iter(self._sizes)

    def __len__(self) -> int:
        return len(self._sizes)


def read_file(root: Path, path: str, *, limit: int = MAX_FILE) -> bytes | Unreadable:
    """One file below `root`, at most `limit` bytes. Never blocks on a pipe, never follows a link out."""
    try:
        handle = os.open(f"{root}/{path}", os.O_RDONLY | os.O_NONBLOCK | os.O_NOFOLLOW | os.O_CLOEXEC)
    except OSError as trouble:
        if trouble.errno == errno.ELOOP:  # what the system says of any link that it was told not to follow
            return Unreadable(path, "a symbolic link, not followed: name the file it leads to")
        return Unreadable(path, f"cannot be opened: {(trouble.strerror or 'error').lower()}")
    except ValueError:
        return Unreadable(path, "cannot be opened: its name holds a NUL byte")
    try:
        state = os.fstat(handle)
        if not stat.S_ISREG(state.st_mode):
            return Unreadable(path, "not a regular file")
        if state.st_size > limit:
            return Unreadable(path, f"{state.st_size:,} bytes, more than the limit of {limit:,}")
        return _read_all(handle, limit, state.st_size)
    except OSError as trouble:
        return Unreadable(path, f"cannot be read: {(trouble.strerror or 'error').lower()}")
    finally:
        os.close(handle)


def _read_all(handle: int, limit: int, size: int) -> bytes:
    """At most `limit` bytes; in one go where the file still has the `size` it had."""
    whole = os.read(handle, size + 1)
    if len(whole) == size:
        return whole
    parts, left = [whole], limit - len(whole)
    while left > 0 and (part := os.read(handle, min(left, 1 << 20))):
        parts.append(part)
        left -= len(part)
    return b"".join(parts)[:limit]


@dataclass(frozen=True, slots=True)
class _Choice:
    wants: Callable[[str], bool]
    aside: Callable[[str], bool]


def _list_folder(home: str, below: str, walk: Walk, choice: _Choice, named: Collection[str]) -> Iterator[str]:
    """File the entries of one folder, yield the folders to go on with."""
    try:
        entries = sorted(os.scandir(f"{home}/{below}"), key=lambda entry: entry.name)
    except OSError as trouble:
        walk.unreadable[below.rstrip("/") or "."] = f"folder cannot be listed: {(trouble.strerror or 'error').lower()}"
        return
    if not _asked_for(below, named) and any(entry.name in (".git", "pyvenv.cfg") for entry in entries):
        if any(entry.name == ".git" for entry in entries):
            walk.notices.append(f"{below.rstrip('/')}: another repository or a submodule, not scanned")
        return
    for entry in entries:
        path = below + entry.name
        if entry.is_symlink():
            _file_link(home, path, walk, choice.wants)
        elif entry.is_dir(follow_symlinks=False):
            if entry.name not in _NOT_OURS or _asked_for(f"{path}/", named):
                yield f"{path}/"
        elif choice.wants(path):
            _file_entry(entry, path, walk)
        elif choice.aside(path) and entry.is_file(follow_symlinks=False):
            walk.aside[path] = entry.stat(follow_symlinks=False).st_size


def _asked_for(folder: str, named: Collection[str]) -> bool:
    """Whether a folder is the root, or a person named it or something inside of it."""
    return not folder or any(f"{name}/".startswith(folder) for name in named)


def _file_entry(entry: os.DirEntry[str], path: str, walk: Walk) -> None:
    try:
        state = entry.stat(follow_symlinks=False)
    except OSError as trouble:
        walk.unreadable[path] = f"cannot be looked at: {(trouble.strerror or 'error').lower()}"
        return
    if not stat.S_ISREG(state.st_mode):
        walk.unreadable[path] = "not a regular file"
    elif state.st_size > MAX_FILE:
        walk.unreadable[path] = f"{state.st_size:,} bytes, more than the limit of {MAX_FILE:,}"
    else:
        walk.sizes[path] = state.st_size


def _file_link(home: str, path: str, walk: Walk, wants: Callable[[str], bool]) -> None:
    """A link inside the tree leads to what is scanned anyway; one that leads out is named."""
    try:
        target = os.path.realpath(f"{home}/{path}")
    except OSError as trouble:  # a folder on the way may not be looked into
        if wants(path):
            walk.unreadable[path] = f"a symbolic link that cannot be followed: {(trouble.strerror or 'error').lower()}"
        return
    if target == home or target.startswith(f"{home}/"):
        return
    if Path(target).is_dir():
        walk.notices.append(f"{path}: a link to a folder outside the tree, not followed")
    elif wants(path):
        walk.unreadable[path] = "a symbolic link that leads out of the tree, not followed"
