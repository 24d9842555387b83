"""A line that the new keywords make too long, broken as black and ruff would break it.

Only where the project's formatter sets a limit, and only the plain cases: one thing on its line gets its brackets
broken, with the arguments on a line of their own or each on its own; arguments that share the line between their
brackets get a line each. Anything else stays on its line. Columns are bytes of UTF-8, as in `ast`.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

from bot.model import Edit
from bot.scan.names.module import Module
from bot.scan.text.source import SourceText

_INDENT = 4
_PRAGMA = re.compile(r"#\s*(type:|noqa|pylint:|pyright:|nosec|fmt:|ruff:)")
_Spans = list[tuple[int, int]]


def wrap(module: Module, call: ast.Call, *, edit: Edit, limit: int) -> tuple[Edit, ...]:
    """`edit`, an insertion into `call`, with the breaks that keep its line within `limit` characters."""
    if edit.start != edit.end or not edit.text.startswith(", "):
        return (edit,)
    below = _below(module.source, call, edit)
    if below is not None:
        return (below,)
    row = _read_row(module.source, call.end_lineno or call.lineno)
    if call.end_lineno != call.lineno:
        row = _read_row(module.source, call.lineno + 1)
    if row is None or row.width + len(edit.text) <= limit:
        return (edit,)
    node: ast.AST | None = call
    while node is not None and not isinstance(node, ast.stmt):
        if isinstance(node, ast.Call) and row.between_brackets(node):
            return row.exploded(_spans(node), edit, limit) or (edit,)
        if row.is_whole(node):
            break
        node = module.parent(node)
    if node is None or not row.is_whole(node) or row.width > limit:
        return (edit,)
    choice = _choice(node, module)
    if choice is not None:
        return row.chosen(choice, edit, limit) or (edit,)
    outermost = next((each for each in _brackets(node) if row.head(each, edit) <= limit), None)
    if isinstance(outermost, ast.Call) and not row.is_before(edit, outermost):
        return row.broken(outermost, edit, limit) or (edit,)
    return row.opened(outermost, edit, limit) if outermost else (edit,)


def _choice(node: ast.AST | None, module: Module) -> ast.IfExp | None:
    """`x if test else y` that is assigned or returned, where `node` is the statement or what its brackets hold."""
    statement = module.parent(node) if isinstance(node, ast.IfExp) else node
    value = statement.value if isinstance(statement, ast.Assign | ast.AnnAssign | ast.Return) else None
    return value if isinstance(value, ast.IfExp) else None


def _below(source: SourceText, call: ast.Call, edit: Edit) -> Edit | None:
    """The keywords below the only argument, where that fills lines of its own: `torch.load(fetch(...))`."""
    only = _given(call)[0]
    alone = len(_given(call)) == 1 and call.lineno < only.lineno < (only.end_lineno or 0) < (call.end_lineno or 0)
    first = _read_row(source, only.lineno) if alone else None
    last = _read_row(source, only.end_lineno or 0) if first else None
    if first is None or last is None or first.indent != only.col_offset or len(last.raw) != only.end_col_offset:
        return None
    return Edit(edit.start, edit.end, edit.text.replace(", ", f",{first.joint}") + ",")


def _brackets(node: ast.AST | None) -> Iterator[ast.Call | ast.Subscript]:
    """The calls with arguments and the subscripts, from the right: the first that leaves a short line is broken."""
    if isinstance(node, ast.Assign | ast.AnnAssign | ast.Return | ast.Expr | ast.keyword):
        node = node.value
    while isinstance(node, ast.Call | ast.Attribute | ast.Await | ast.Subscript):
        if isinstance(node, ast.Subscript) or (isinstance(node, ast.Call) and (node.args or node.keywords)):
            yield node
        node = node.func if isinstance(node, ast.Call) else node.value


def _given(call: ast.Call) -> list[ast.expr | ast.keyword]:
    return [*call.args, *call.keywords]


def _spans(call: ast.Call) -> _Spans:
    """First and last column of each argument, in the order they stand."""
    return sorted((a.col_offset, a.end_col_offset or 0) for a in _given(call))


def _read_row(source: SourceText, number: int) -> _Row | None:
    if number > len(source.lines):
        return None
    whole = source.lines[number - 1]
    line = whole.rstrip("\r\n")
    return None if "\t" in line else _Row(source, number, line, whole[len(line) :] or "\n")


@dataclass(frozen=True, slots=True)
class _Row:
    """One physical line, its number (1-based) and its end."""

    source: SourceText
    number: int
    line: str
    end: str

    @property
    def raw(self) -> bytes:
        return self.line.encode()

    @property
    def indent(self) -> int:
        return len(self.line) - len(self.line.lstrip())

    @property
    def joint(self) -> str:
        return self.end + " " * self.indent

    @property
    def width(self) -> int:
        """The characters that count against the limit: a comment for a tool does not."""
        code, sign, comment = self.line.rpartition("#")
        return len(code.rstrip()) if sign and _PRAGMA.match(sign + comment) else len(self.line)

    def is_whole(self, node: ast.AST) -> bool:
        """Whether `node` is all there is on the line, apart from a comma and a comment."""
        if not isinstance(node, ast.expr | ast.keyword | ast.stmt) or node.lineno != self.number != 0:
            return False
        rest = self.raw[node.end_col_offset or 0 :].decode().strip()
        alone = not rest or rest.startswith("#") or rest.removeprefix(",").lstrip()[:1] in ("", "#")
        return node.end_lineno == self.number and node.col_offset == self.indent and alone

    def between_brackets(self, call: ast.Call) -> bool:
        """Whether all of a call's arguments, and nothing else, stand on this line, and its brackets on those around."""
        lines = {line for a in _given(call) for line in (a.lineno, a.end_lineno)}
        if lines != {self.number} or call.lineno >= self.number or call.end_lineno != self.number + 1:
            return False
        spans = _spans(call)
        return spans[0][0] == self.indent and spans[-1][1] == len(self.raw) and self._evenly(spans)

    def exploded(self, spans: _Spans, edit: Edit, limit: int) -> tuple[Edit, ...] | None:
        """Each argument on its own line, with a trailing comma."""
        last = self._at(spans[-1][1])
        if not self._fit(spans, edit, limit - self.indent, last):
            return None
        commas = Edit(last, last, ",")
        if edit.start == last:
            edit, commas = Edit(last, last, edit.text.replace(", ", f",{self.joint}") + ","), edit
        return self._ordered(edit, *([commas] if commas.start != edit.start else []), *self._splits(spans, self.joint))

    def _inside(self, node: ast.Call | ast.Subscript) -> tuple[int, int]:
        """The columns just inside the brackets of a call or a subscript."""
        before, sign = (node.func, b"(") if isinstance(node, ast.Call) else (node.value, b"[")
        return self.raw.index(sign, before.end_col_offset or 0) + 1, (node.end_col_offset or 0) - 1

    def head(self, node: ast.Call | ast.Subscript, edit: Edit) -> int:
        """How long the line is up to the opening bracket, the keywords with it where they stand before."""
        opening, _ = self._inside(node)
        return len(self.raw[:opening].decode()) + (len(edit.text) if self.is_before(edit, node) else 0)

    def is_before(self, edit: Edit, node: ast.Call | ast.Subscript) -> bool:
        return edit.start < self._at(self._inside(node)[0])

    def opened(self, behind: ast.Call | ast.Subscript, edit: Edit, limit: int) -> tuple[Edit, ...]:
        """What is in the brackets behind the call, `["state"]` or `.to(device)`, on a line of its own."""
        opening, closing = self._inside(behind)
        inside = self.raw[opening:closing].decode()
        longest = max(len(inside) + _INDENT, len(self.raw[closing:].decode())) + self.indent
        if inside != inside.strip() or longest > limit:
            return (edit,)
        inner = self.joint + " " * _INDENT
        first, last = self._at(opening), self._at(closing)
        return (edit, Edit(first, first, inner), Edit(last, last, self.joint))

    def broken(self, call: ast.Call, edit: Edit, limit: int) -> tuple[Edit, ...] | None:
        """The arguments on one line of their own, or each on one; None where neither fits or the layout is odd."""
        opening, closing = self._inside(call)
        inside = self.raw[opening:closing].decode()
        outside = max(len(self.raw[:opening].decode()), self.indent + len(self.raw[closing:].decode()))
        first, last = self._at(opening), self._at(closing)
        odd = inside != inside.strip() or inside.endswith(",") or not first < edit.start <= last
        if odd or outside > limit:
            return None
        inner = self.joint + " " * _INDENT
        room = limit - self.indent - _INDENT
        spans, comma, splits = _spans(call), "", []
        if len(inside) + len(edit.text) > room:
            if not self._evenly(spans) or not self._fit(spans, edit, room, last):
                return None
            comma, splits = ",", self._splits(spans, inner)
        if edit.start == last:
            text = edit.text.replace(", ", f",{inner}") if comma else edit.text
            return self._ordered(Edit(first, first, inner), *splits, Edit(last, last, text + comma + self.joint))
        return self._ordered(Edit(first, first, inner), edit, *splits, Edit(last, last, comma + self.joint))

    def chosen(self, value: ast.IfExp, edit: Edit, limit: int) -> tuple[Edit, ...] | None:
        """`x if test else y` in brackets, on a line of its own or on three; None where the layout is odd."""
        begins, ends = value.col_offset, value.end_col_offset or 0
        parts = [(part.col_offset, part.end_col_offset or 0) for part in (value.body, value.test, value.orelse)]
        between = [self.raw[end:start] for (_, end), (start, _) in pairwise(parts)]
        if between != [b" if ", b" else "] or (parts[0][0], parts[2][1]) != (begins, ends) or ends != len(self.raw):
            return None
        bracketed = begins == self.indent  # the brackets stand on the lines around
        inner = self.joint if bracketed else self.joint + " " * _INDENT
        room = limit - self.indent - (0 if bracketed else _INDENT)
        splits = [Edit(self._at(end), self._at(end) + 1, inner) for _, end in parts[:2]]
        if len(self.raw[begins:].decode()) + len(edit.text) <= room:
            splits = []
        elif any(
            len(f"{word}{self.raw[start:end].decode()}") + self._longer(start, end, edit) > room
            for word, (start, end) in zip(("", "if ", "else "), parts, strict=True)
        ):
            return None
        if bracketed:
            return self._ordered(edit, *splits)
        first, last = self._at(begins), self._at(ends)
        return self._ordered(Edit(first, first, f"({inner}"), edit, *splits, Edit(last, last, f"{self.joint})"))

    def _longer(self, start: int, end: int, edit: Edit) -> int:
        return len(edit.text) if self._at(start) <= edit.start <= self._at(end) else 0

    def _evenly(self, spans: _Spans) -> bool:
        return all(self.raw[end:start] == b", " for (_, end), (start, _) in pairwise(spans))

    def _fit(self, spans: _Spans, edit: Edit, room: int, last: int) -> bool:
        """Whether every argument fits on a line; the edit lengthens the one it stands in, or makes lines of its own."""
        for start, end in spans:
            longer = self._longer(start, end, edit) if edit.start != last else 0
            alone = len(spans) == 1 and edit.start == last  # what cannot be split stays as long as it is
            if len(self.raw[start:end].decode()) + 1 + longer > room and not alone:
                return False
        return True

    def _splits(self, spans: _Spans, joint: str) -> list[Edit]:
        return [Edit(self._at(end) + 1, self._at(start), joint) for (_, end), (start, _) in pairwise(spans)]

    def _at(self, column: int) -> int:
        return self.source.offset(self.number, column)

    @staticmethod
    def _ordered(*edits: Edit) -> tuple[Edit, ...]:
        return tuple(sorted(edits, key=lambda edit: edit.start))
