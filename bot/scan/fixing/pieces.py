"""The statements of a file that edits fall into: what has to be parsed again, while the rest stays as it was."""

from __future__ import annotations

import ast
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass, replace

from bot.edits import apply_edits
from bot.model import Edit
from bot.scan.names.parts import first_line
from bot.scan.text.kinds import is_markdown, is_notebook
from bot.scan.text.source import SourceText, split_lines

_HEAD = 2
"""Lines in which a coding comment may stand: an edit there can change how the whole file is read."""
_BLOCKS = ("body", "orelse", "finalbody")
_SIMPLE = (ast.Expr, ast.Assign, ast.AnnAssign, ast.AugAssign, ast.Return, ast.Assert, ast.Raise, ast.Delete)


@dataclass(frozen=True, slots=True)
class Piece:
    """One statement as it is, and what it reads after the edits."""

    statement: ast.stmt
    text: str

    @property
    def lines(self) -> tuple[str, ...]:
        return split_lines(self.text)


def changed_pieces(before: SourceText, tree: ast.Module, edits: Sequence[Edit]) -> tuple[Piece, ...] | None:
    """The statements that `edits` fall into; None: take the whole file. Raises `ValueError` for edits that overlap.

    A statement without a block, from its first to its last byte, and one at the left margin that has its lines to
    itself, begin and end where the tokenizer's state is that of an empty file. What parses alone to one statement
    therefore parses to the same in its place, and what stands around it is not touched.
    """
    in_part = is_notebook(before.path) or is_markdown(before.path)
    if in_part or before.encoding != "utf-8":
        return None
    spans = [(first_line(s), s.end_lineno or s.lineno) for s in tree.body]
    firsts = [first for first, _ in spans]
    inside: dict[ast.stmt, list[Edit]] = {}
    for edit in edits:
        line = bisect_right(before.starts, edit.start)
        index = bisect_right(firsts, line) - 1
        if index < 0 or not _owns(index, spans, tree) or edit.end > before.starts[spans[index][1]]:
            return None
        statement = tree.body[index]
        inner = _innermost(statement, line)
        start, end = _bytes_of(inner, before)
        simple = isinstance(inner, _SIMPLE) and start <= edit.start and edit.end <= end
        inside.setdefault(inner if simple else statement, []).append(edit)
    return tuple(_piece(before, statement, some) for statement, some in inside.items())


def _innermost(statement: ast.stmt, line: int) -> ast.stmt:
    """The statement below this one, or itself, that stands alone on the line, as far as blocks go in."""
    while True:
        blocks = [getattr(each, field, ()) for each in _branches(statement) for field in _BLOCKS]
        inside = [s for block in blocks for s in block if first_line(s) <= line <= (s.end_lineno or s.lineno)]
        if len(inside) != 1:
            return statement
        statement = inside[0]


def _branches(statement: ast.stmt) -> list[ast.AST]:
    return [statement, *getattr(statement, "handlers", ()), *getattr(statement, "cases", ())]


def _bytes_of(statement: ast.stmt, before: SourceText) -> tuple[int, int]:
    """Where a statement without a block begins and ends in the file."""
    last = statement.end_lineno or statement.lineno
    start = before.starts[statement.lineno - 1] + statement.col_offset
    return start, before.starts[last - 1] + (statement.end_col_offset or 0)


def _owns(index: int, spans: Sequence[tuple[int, int]], tree: ast.Module) -> bool:
    """Whether the statement begins at the margin, below the head of the file, and shares no line with another."""
    first, last = spans[index]
    above = spans[index - 1][1] if index else 0
    below = spans[index + 1][0] if index + 1 < len(spans) else last + 1
    return tree.body[index].col_offset == 0 and max(above, _HEAD) < first and last < below


def _piece(before: SourceText, statement: ast.stmt, edits: Sequence[Edit]) -> Piece:
    start, end = before.starts[first_line(statement) - 1], before.starts[statement.end_lineno or statement.lineno]
    if isinstance(statement, _SIMPLE):
        start, end = _bytes_of(statement, before)
    moved = [replace(edit, start=edit.start - start, end=edit.end - start) for edit in edits]
    return Piece(statement, apply_edits(before.data[start:end], moved).decode(before.encoding))
