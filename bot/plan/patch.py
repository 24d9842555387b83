"""A patch that `git apply` and `git am` take, made from bytes: what is left when a token may not push."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from difflib import SequenceMatcher
from typing import Literal

from bot.diff import split_lines
from bot.model import FileChange, FixBranch

Tag = Literal["replace", "delete", "insert", "equal"]
Grouped = tuple[str, int, int, int, int]
Opcode = tuple[Tag, int, int, int, int]
_QUOTED = {
    0x07: "\\a",
    0x08: "\\b",
    0x09: "\\t",
    0x0A: "\\n",
    0x0B: "\\v",
    0x0C: "\\f",
    0x0D: "\\r",
    0x22: '\\"',
    0x5C: "\\\\",
}
_NO_BREAK = b"\\ No newline at end of file\n"


def unified_diff(changes: Iterable[tuple[FileChange, bytes]], *, context: int = 3) -> bytes:
    """The diff of files against what they were, in git's own form. Files that did not change leave nothing."""
    return b"".join(_file_diff(change, old, context) for change, old in changes if change.content != old)


def mail_patch(branch: FixBranch, originals: dict[str, bytes]) -> bytes:
    """The fix branch as one mail for `git am`; `git apply` reads it too."""
    subject, _, text = branch.commit_message.partition("\n")
    head = (
        "From 0000000000000000000000000000000000000000 Mon Sep 17 00:00:00 2001\n"
        "From: Loadguard <loadguard@users.noreply.github.com>\n"
        f"Subject: [PATCH] {subject}\n\n{text.strip()}\n---\n"
    )
    diff = unified_diff((change, originals[change.path]) for change in branch.changes)
    return head.encode("utf-8", "replace") + diff + b"-- \nloadguard\n"


def _file_diff(change: FileChange, old: bytes, context: int) -> bytes:
    one, other = _quoted("a/", change.path), _quoted("b/", change.path)
    head = f"diff --git {one} {other}\n--- {_tabbed(one)}\n+++ {_tabbed(other)}\n".encode("ascii")
    before, after = split_lines(old), split_lines(change.content)
    return head + b"".join(_hunk(group, before, after) for group in _groups(before, after, context))


def _groups(before: list[bytes], after: list[bytes], context: int) -> Iterable[Sequence[Grouped]]:
    """Fixes mostly keep the number of lines: then lines are compared in step, exact and fast in any file."""
    if len(before) == len(after):
        return _Known(_in_step(before, after)).get_grouped_opcodes(context)
    return SequenceMatcher(None, before, after, autojunk=False).get_grouped_opcodes(context)


class _Known(SequenceMatcher[bytes]):
    """`get_grouped_opcodes` over opcodes that are known already."""

    def __init__(self, codes: list[Opcode]) -> None:
        super().__init__(None, [], [])
        self._codes = codes

    def get_opcodes(self) -> list[Opcode]:
        return self._codes


def _in_step(before: list[bytes], after: list[bytes]) -> list[Opcode]:
    codes: list[Opcode] = []
    for index, same in enumerate(one == other for one, other in zip(before, after, strict=True)):
        tag: Tag = "equal" if same else "replace"
        if codes and codes[-1][0] == tag:
            start = codes[-1][1]
            codes[-1] = (tag, start, index + 1, start, index + 1)
        else:
            codes.append((tag, index, index + 1, index, index + 1))
    return codes


def _hunk(group: Sequence[Grouped], before: list[bytes], after: list[bytes]) -> bytes:
    first, last = group[0], group[-1]
    lines = [f"@@ -{_range(first[1], last[2])} +{_range(first[3], last[4])} @@\n".encode("ascii")]
    for tag, old_start, old_end, new_start, new_end in group:
        if tag == "equal":
            lines += [_line(b" ", line) for line in before[old_start:old_end]]
            continue
        lines += [_line(b"-", line) for line in before[old_start:old_end]]
        lines += [_line(b"+", line) for line in after[new_start:new_end]]
    return b"".join(lines)


def _range(start: int, end: int) -> str:
    """git counts from 1, and names the line before an empty range."""
    length = end - start
    return f"{start + 1 if length else start},{length}"


def _line(sign: bytes, line: bytes) -> bytes:
    return sign + line if line.endswith(b"\n") else sign + line + b"\n" + _NO_BREAK


def _quoted(prefix: str, path: str) -> str:
    """A name as git writes it: in quotes, byte by byte, where it holds anything odd."""
    raw = path.encode("utf-8", "surrogateescape")
    if all(0x20 <= byte < 0x7F and byte not in _QUOTED for byte in raw):
        return prefix + path
    return '"' + prefix + "".join(_QUOTED.get(b) or (chr(b) if 0x20 <= b < 0x7F else f"\\{b:03o}") for b in raw) + '"'


def _tabbed(name: str) -> str:
    """A name with a blank is ended by a tab in the `---` line, or what follows could be taken for a date."""
    return name + "\t" if " " in name and not name.startswith('"') else name
