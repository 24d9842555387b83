"""A line that the new keywords make too long, broken as black and ruff would break it.

Only where the project's formatter sets a limit, the line kept it before, and the break is the plain one: the brackets
of one call, its arguments on a line of their own, or each on its own. Anything else stays on its line.
"""

from __future__ import annotations

import ast
import re
from itertools import pairwise

from bot.model import Edit
from bot.scan.source import SourceText

_INDENT = 4
_PRAGMA = re.compile(r"#\s*(type:|noqa|pylint:|pyright:|nosec|fmt:|ruff:)")


def wrap(source: SourceText, call: ast.Call, *, statement: ast.stmt, edit: Edit, limit: int) -> tuple[Edit, ...]:
    """`edit`, an insertion into `call`, with the line breaks that keep `statement` within `limit` characters a line."""
    if call.lineno != call.end_lineno:
        return _exploded(source, call, edit, limit) or (edit,)
    line = source.lines[statement.lineno - 1]
    code = line.encode()[: statement.end_col_offset].decode()
    rest = line[len(code) :].rstrip()
    if statement.end_lineno != statement.lineno or edit.start != edit.end or "\t" in line:
        return (edit,)
    if line.encode()[: statement.col_offset].strip() or (rest and not rest.lstrip().startswith("#")):
        return (edit,)  # another statement shares the line
    kept = code if _PRAGMA.match(rest.lstrip()) else code + rest
    outermost = _outermost(statement)
    if outermost is None or not len(kept) <= limit < len(kept) + len(edit.text):
        return (edit,)
    return _Breaks(source, statement, outermost).broken(edit, tail=len(kept) - len(code), limit=limit) or (edit,)


def _outermost(statement: ast.stmt) -> ast.Call | None:
    """The call whose brackets are broken first: the last with arguments, seen from the right of the statement."""
    node: ast.expr | None = None
    if isinstance(statement, ast.Assign | ast.AnnAssign | ast.Return | ast.Expr):
        node = statement.value
    while node is not None:
        if isinstance(node, ast.Call) and (node.args or node.keywords):
            return node
        if isinstance(node, ast.Call):
            node = node.func
        elif isinstance(node, ast.Attribute | ast.Await) or (
            isinstance(node, ast.Subscript) and isinstance(node.slice, ast.Constant)
        ):
            node = node.value
        else:
            return None
    return None


def _spans(call: ast.Call) -> list[tuple[int, int]]:
    """First and last column of each argument, in the order they stand."""
    given: list[ast.expr | ast.keyword] = [*call.args, *call.keywords]
    return sorted((a.col_offset, a.end_col_offset or 0) for a in given)


def _exploded(source: SourceText, call: ast.Call, edit: Edit, limit: int) -> tuple[Edit, ...] | None:
    """The arguments, so far together on one line between the brackets' lines, each on its own with a trailing comma."""
    given: list[ast.expr | ast.keyword] = [*call.args, *call.keywords]
    lines = {a.lineno for a in given} | {a.end_lineno for a in given}
    if lines != {call.lineno + 1} or call.end_lineno != call.lineno + 2 or "\n" in edit.text:
        return None
    whole = source.lines[call.lineno]
    line = whole.rstrip("\r\n")
    spans = _spans(call)
    raw = line.encode()
    indent = raw[: spans[0][0]].decode()
    gaps = list(pairwise(spans))
    plain = not indent.strip() and "\t" not in indent and spans[-1][1] == len(raw) and edit.text.startswith(", ")
    plain = plain and all(raw[end:start] == b", " for (_, end), (start, _) in gaps)
    if not plain or not len(line) <= limit < len(line) + len(edit.text):
        return None
    joint = whole[len(line) :] + indent
    number = call.lineno + 1
    breaks = [
        Edit(source.offset(number, end) + 1, source.offset(number, start), joint) for (_, end), (start, _) in gaps
    ]
    return *breaks, Edit(edit.start, edit.end, edit.text.replace(", ", f",{joint}") + ",")


class _Breaks:
    """One call on one line, and where its line can be broken. Columns are bytes of UTF-8, as in `ast`."""

    def __init__(self, source: SourceText, statement: ast.stmt, call: ast.Call) -> None:
        self.source, self.line = source, statement.lineno
        self.raw = source.lines[statement.lineno - 1].encode()
        self.opening = self.raw.index(b"(", call.func.end_col_offset or 0) + 1
        self.closing = (call.end_col_offset or 0) - 1
        self.after = (statement.end_col_offset or 0) - self.closing
        self.arguments = _spans(call)
        ending = source.lines[statement.lineno - 1]
        self.joint = (ending[len(ending.rstrip("\r\n")) :] or "\n") + " " * statement.col_offset

    def broken(self, edit: Edit, *, tail: int, limit: int) -> tuple[Edit, ...] | None:
        """The arguments on one line of their own, or each on one; None where neither fits or the layout is odd."""
        indent = len(self.joint.lstrip("\r\n"))
        inside = self.raw[self.opening : self.closing].decode()
        odd = inside != inside.strip() or inside.endswith(",") or not self._holds(edit)
        outside = max(len(self.raw[: self.opening].decode()), indent + self.after + tail)
        if odd or outside > limit:
            return None
        inner = self.joint + " " * _INDENT
        if indent + _INDENT + len(inside) + len(edit.text) <= limit:
            return self._around(edit, inner, "")
        return self._one_a_line(edit, inner, limit - indent - _INDENT)

    def _one_a_line(self, edit: Edit, inner: str, room: int) -> tuple[Edit, ...] | None:
        between = list(pairwise(self.arguments))
        if any(self.raw[end:start] != b", " for (_, end), (start, _) in between) or not between:
            return None
        widths = [len(self.raw[start:end].decode()) + 1 for start, end in self.arguments]
        inserted = [self._at(start) <= edit.start < self._at(end) for start, end in self.arguments]
        if any(width + len(edit.text) * here > room for width, here in zip(widths, inserted, strict=True)):
            return None
        breaks = [Edit(self._at(end) + 1, self._at(start), inner) for (_, end), (start, _) in between]
        if edit.start == self._at(self.closing):
            edit = Edit(edit.start, edit.end, edit.text.replace(", ", f",{inner}"))
        around = self._around(edit, inner, ",")
        return tuple(sorted((*around, *breaks), key=lambda e: e.start))

    def _around(self, edit: Edit, inner: str, comma: str) -> tuple[Edit, ...]:
        """A break after the opening bracket and one before the closing; edits at one place become one."""
        start, end = self._at(self.opening), self._at(self.closing)
        opened = Edit(start, start, inner)
        if edit.start == end:
            return opened, Edit(end, end, f"{edit.text}{comma}{self.joint}")
        return opened, edit, Edit(end, end, f"{comma}{self.joint}")

    def _holds(self, edit: Edit) -> bool:
        return self._at(self.opening) < edit.start <= self._at(self.closing)

    def _at(self, column: int) -> int:
        return self.source.offset(self.line, column)
