"""The statements of a file that edits fall into: what has to be parsed again, while the rest stays as it was."""

from __future__ import annotations

import ast
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass, replace

from bot.edits import apply_edits
from bot.model import Edit
from bot.scan.names.nodes import first_line
from bot.scan.text.kinds import is_markdown, is_notebook
from bot.scan.text.source import SourceText, split_lines

_HEAD = 2
"""Lines in which a coding comment may stand: an edit there can change how the whole file is read."""


@dataclass(frozen=True, slots=True)
class Piece:
    """One statement of a module's body as it is and what its lines read after the edits.

    `first` is the line in the file on which the piece begins.
    """

    statement: ast.stmt
    first: int
    text: str

    @property
    def lines(self) -> tuple[str, ...]:
        return split_lines(self.text)


def changed_pieces(before: SourceText, tree: ast.Module, edits: Sequence[Edit]) -> tuple[Piece, ...] | None:
    """The top-level statements that `edits` fall into, each alone on its lines; None: take the whole file.

    A statement at the left margin that has its lines to itself begins and ends where the tokenizer's state is that of
    an empty file. What parses alone to one statement therefore parses to the same in its place, and what stands around
    it is not touched. Raises `ValueError` for edits that overlap.
    """
    in_part = is_notebook(before.path) or is_markdown(before.path)
    if in_part or before.encoding != "utf-8":
        return None
    spans = [(first_line(s), s.end_lineno or s.lineno) for s in tree.body]
    firsts = [first for first, _ in spans]
    inside: dict[int, list[Edit]] = {}
    for edit in edits:
        line = bisect_right(before.starts, edit.start)
        index = bisect_right(firsts, line) - 1
        if index < 0 or not _owns(index, spans, tree) or edit.end > before.starts[spans[index][1]]:
            return None
        inside.setdefault(index, []).append(edit)
    return tuple(_piece(before, tree.body[index], spans[index], some) for index, some in inside.items())


def _owns(index: int, spans: Sequence[tuple[int, int]], tree: ast.Module) -> bool:
    """Whether the statement begins at the margin, below the head of the file, and shares no line with another."""
    first, last = spans[index]
    above = spans[index - 1][1] if index else 0
    below = spans[index + 1][0] if index + 1 < len(spans) else last + 1
    return tree.body[index].col_offset == 0 and max(above, _HEAD) < first and last < below


def _piece(before: SourceText, statement: ast.stmt, span: tuple[int, int], edits: Sequence[Edit]) -> Piece:
    start, end = before.starts[span[0] - 1], before.starts[span[1]]
    moved = [replace(edit, start=edit.start - start, end=edit.end - start) for edit in edits]
    return Piece(statement, span[0], apply_edits(before.data[start:end], moved).decode(before.encoding))
