"""A tar archive as path -> bytes, read front to back, nothing on disk and nothing followed.

Our own reader, because `tarfile` takes an extended header into memory however large it says it is, keeps a noun for
every entry, and follows what it is told. An archive of GitHub's comes from `git archive`: one folder, a global header
with the commit, files, links. What else an archive may hold is named with a reason and never read as if it were clean.
"""

from __future__ import annotations

import posixpath
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from bot.edge.gunzip import Inflow, TreeLimits, TreeRefused
from bot.model import LINK_MODE

BLOCK = 512
LONGEST_PATH = 4096
MOST_UNREADABLE = 10_000
"""Entries named as unreadable, after which the archive is no tree of a repository."""

_REGULAR = (b"0", b"\0", b"7")
_WITHOUT_CONTENT = {
    b"1": "a hard link, not followed",
    b"3": "a device, not a file",
    b"4": "a device, not a file",
    b"6": "a pipe, not a file",
}
LEFT_OUT = "a symbolic link that leads out of the tree, not followed"


@dataclass(slots=True)
class Tree:
    """The files of a commit that were wanted, with git's mode of each; `unreadable` what was wanted and is not there,
    and why. `aside` are files that are evidence where they are small enough to be kept, such as checkpoints. `entries`
    counts everything in the archive, `downloaded` and `inflated` are bytes.
    """

    files: dict[str, bytes] = field(default_factory=dict)
    aside: dict[str, bytes] = field(default_factory=dict)
    modes: dict[str, str] = field(default_factory=dict)
    unreadable: dict[str, str] = field(default_factory=dict)
    entries: int = 0
    downloaded: int = 0
    inflated: int = 0


@dataclass(slots=True)
class _Header:
    """One entry; `size` is of its content. `odd` says why it cannot be taken as a file although it looks like one."""

    name: bytes
    size: int
    kind: bytes
    executable: bool
    target: bytes
    odd: str = ""


@dataclass(slots=True)
class _Long:
    """What extended headers say of the entry that follows them."""

    name: bytes | None = None
    target: bytes | None = None
    size: int | None = None
    odd: str = ""


@dataclass(frozen=True, slots=True)
class Choice:
    """Which files are kept, by their path: those a scan `wants`, and those that are evidence `aside`."""

    wants: Callable[[str], bool]
    aside: Callable[[str], bool] = lambda path: False


def unpack(inflow: Inflow, *, choice: Choice, limits: TreeLimits) -> Tree:
    """Read the whole archive. Raises `TreeRefused` where it is no tar, or goes over a limit."""
    tree = Tree()
    unpacking = _Unpacking(inflow, choice, limits, tree, limits.kept, limits.aside)
    root: bytes | None = None
    for header in _headers(inflow, tree, limits):
        root = root if root is not None else header.name.partition(b"/")[0]
        path, wrong = _placed(header.name, root)
        if header.kind == b"5" or not path:
            inflow.skip(_padded(header.size))
        else:
            unpacking.take(header, path, wrong)
    inflow.drain()
    tree.downloaded, tree.inflated = inflow.downloaded, inflow.inflated
    return tree


@dataclass(slots=True)
class _Unpacking:
    """`left` are the bytes that may still be kept, `left_aside` those of what is only evidence."""

    inflow: Inflow
    choice: Choice
    limits: TreeLimits
    tree: Tree
    left: int
    left_aside: int

    def take(self, header: _Header, path: str, wrong: str) -> None:
        """Keep one entry's content, or say why not; what nobody wants goes by."""
        tree = self.tree
        if path in tree.modes or path in tree.unreadable:
            tree.files.pop(path, None)
            wrong = "more than once in the archive"
        wanted = bool(wrong) or self.choice.wants(path)
        reason = wrong or (_unfit(header, path, self.limits) if wanted else "")
        if reason:
            tree.unreadable[path] = reason
            if len(tree.unreadable) > MOST_UNREADABLE:
                raise TreeRefused(f"more than {MOST_UNREADABLE:,} entries cannot be read")
        elif wanted:
            tree.modes[path] = LINK_MODE if header.kind == b"2" else "100755" if header.executable else "100644"
        if not wanted and self._is_evidence(header, path):
            self.left_aside -= header.size
            tree.aside[path] = self.inflow.read(_padded(header.size))[: header.size]
        elif not wanted or reason or header.kind == b"2":
            self.inflow.skip(_padded(header.size))
        else:
            self._keep(path, header.size)

    def _is_evidence(self, header: _Header, path: str) -> bool:
        fits = header.kind in _REGULAR and not header.odd and header.size <= min(self.left_aside, self.limits.file)
        return fits and path not in self.tree.aside and self.choice.aside(path)

    def _keep(self, path: str, size: int) -> None:
        self.left -= size
        if self.left < 0:
            raise TreeRefused(f"the files that matter are larger than {self.limits.kept:,} bytes together")
        self.tree.files[path] = self.inflow.read(size)
        self.inflow.skip(_padded(size) - size)


def _unfit(header: _Header, path: str, limits: TreeLimits) -> str:
    """Why an entry cannot be read as a file; empty for a link inside the tree, which leads to what is read anyway."""
    if header.odd:
        return header.odd
    if header.kind == b"2":
        return LEFT_OUT if leads_out(path, _text(header.target)) else ""
    if header.kind not in _REGULAR:
        return _WITHOUT_CONTENT.get(header.kind, "an entry of an unknown kind, not a file")
    if header.size > limits.file:
        return f"{header.size:,} bytes, more than the limit of {limits.file:,}"
    return ""


def leads_out(path: str, target: str) -> bool:
    """Whether a link at `path` leads out of the tree."""
    full = posixpath.normpath(posixpath.join(posixpath.dirname(path), target))
    return target.startswith("/") or full == ".." or full.startswith("../")


def _placed(name: bytes, root: bytes) -> tuple[str, str]:
    """The path below the archive's folder, and what is wrong with it; an empty path is the folder itself."""
    first, _, rest = name.rstrip(b"/").partition(b"/")
    whole = _text(name[:LONGEST_PATH])
    if name.startswith(b"/"):
        return whole, "an absolute path in the archive"
    if b"\0" in name:
        return whole.replace("\0", "\\0"), "a NUL byte in its name"
    if len(name) > LONGEST_PATH:
        return whole, f"a path longer than {LONGEST_PATH:,} bytes"
    if first in (b"", b".", b"..") or any(part in (b"", b".", b"..") for part in rest.split(b"/") if rest):
        return whole, "a path that leads out of the archive"
    if first != root:
        return whole, "outside the archive's own folder"
    return _text(rest), ""


def _text(name: bytes) -> str:
    """As `os.fsdecode` has it on Linux, wherever we run."""
    return name.decode("utf-8", "surrogateescape")


def _padded(size: int) -> int:
    return (size + BLOCK - 1) // BLOCK * BLOCK


# -- headers -------------------------------------------------------------------------------------------------
def _headers(inflow: Inflow, tree: Tree, limits: TreeLimits) -> Iterator[_Header]:
    """Every entry, extended headers laid over it. The caller reads or skips its content before it goes on."""
    long = _Long()
    while True:
        block = inflow.read(BLOCK)
        if not block.strip(b"\0"):
            return
        tree.entries += 1
        if tree.entries > limits.entries:
            raise TreeRefused(f"more than {limits.entries:,} entries")
        header = _header(block)
        if header.kind in (b"x", b"g", b"L", b"K"):
            if header.size > limits.header:
                raise TreeRefused(f"an extended header of {header.size:,} bytes")
            data = inflow.read(_padded(header.size))[: header.size]
            _extend(long, header.kind, data)
            continue
        yield _laid(header, long, limits)
        long = _Long()


def _header(block: bytes) -> _Header:
    kind = block[156:157]
    if _number(block[148:156]) != sum(block) - sum(block[148:156]) + 8 * 32:
        raise TreeRefused("not a tar archive, or a damaged one (an entry's checksum is wrong)")
    name = block[:100].partition(b"\0")[0]
    prefix = block[345:500].partition(b"\0")[0] if block[257:263] == b"ustar\0" else b""
    if kind == b"\0" and name.endswith(b"/"):
        kind = b"5"
    odd = "a sparse file, not expanded" if kind == b"S" else ""
    return _Header(
        name=prefix + b"/" + name if prefix else name,
        size=_number(block[124:136]),
        kind=kind,
        executable=bool(_number(block[100:108]) & 0o111),
        target=block[157:257].partition(b"\0")[0],
        odd=odd,
    )


def _laid(header: _Header, long: _Long, limits: TreeLimits) -> _Header:
    header.name = header.name if long.name is None else long.name
    header.target = header.target if long.target is None else long.target
    header.size = header.size if long.size is None else long.size
    header.odd = header.odd or long.odd
    if header.size > limits.inflated:
        raise TreeRefused(f"an entry that says it has {header.size:,} bytes")
    if header.size and (header.kind in _WITHOUT_CONTENT or header.kind in (b"2", b"5")):
        raise TreeRefused("an entry of a kind that has no content says it has some")
    return header


def _number(field_: bytes) -> int:
    """Octal digits, or a large number in base 256."""
    if field_[0] & 0x80:
        value = int.from_bytes(field_, "big", signed=False) & ((1 << (8 * len(field_) - 1)) - 1)
        if field_[0] & 0x40:
            raise TreeRefused("not a tar archive, or a damaged one (a negative number)")
        return value
    digits = field_.strip(b" \0")
    if not digits:
        return 0
    if not digits.isdigit() or b"8" in digits or b"9" in digits:
        raise TreeRefused("not a tar archive, or a damaged one (a number that is none)")
    return int(digits, 8)


def _extend(long: _Long, kind: bytes, data: bytes) -> None:
    if kind == b"L":
        long.name = data.rstrip(b"\0")
    elif kind == b"K":
        long.target = data.rstrip(b"\0")
    else:
        for key, value in _records(data):
            if kind == b"g":
                if key in (b"path", b"linkpath", b"size"):
                    raise TreeRefused("a global header that renames or resizes every entry")
            elif key == b"path":
                long.name = value
            elif key == b"linkpath":
                long.target = value
            elif key == b"size":
                long.size = _decimal(value)
            elif key.startswith(b"GNU.sparse."):
                long.odd = "a sparse file, not expanded"


def _records(data: bytes) -> Iterator[tuple[bytes, bytes]]:
    """`length key=value`, each ended by a line break; the length counts all of it."""
    at, data = 0, data.rstrip(b"\0")
    while at < len(data):
        digits, _, _ = data[at : at + 20].partition(b" ")
        length = _decimal(digits)
        record = data[at : at + length]
        if length <= len(digits) + 2 or len(record) != length or not record.endswith(b"\n"):
            raise TreeRefused("not a tar archive, or a damaged one (an extended header makes no sense)")
        key, sign, value = record[len(digits) + 1 : -1].partition(b"=")
        if not sign:
            raise TreeRefused("not a tar archive, or a damaged one (an extended header makes no sense)")
        yield key, value
        at += length


def _decimal(digits: bytes) -> int:
    if not digits.isdigit() or len(digits) > 18:
        raise TreeRefused("not a tar archive, or a damaged one (a number that is none)")
    return int(digits)
