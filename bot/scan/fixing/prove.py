"""The proof that a fix adds the keywords at its call and changes nothing else."""

from __future__ import annotations

import ast
import warnings
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from bot.edits import apply_edits
from bot.model import Edit, Unreadable
from bot.scan.fixing.pieces import Piece, changed_pieces
from bot.scan.text.kinds import is_notebook
from bot.scan.text.read import read_file
from bot.scan.text.source import SourceText


@dataclass(frozen=True, slots=True)
class Expected:
    """What `call`, a node of the old tree, must have become: each keyword asked for is `True`."""

    call: ast.Call
    weights_only: bool
    mmap: bool

    @property
    def keywords(self) -> tuple[str, ...]:
        return tuple(name for name in ("mmap", "weights_only") if getattr(self, name))


Silent = Callable[[Mapping[ast.Call, ast.Call]], bool]
"""Given the calls as they were and as they have become, whether a second scan has nothing more to say of them."""


@dataclass(frozen=True, slots=True)
class Part:
    """A part of a file, or all of it: its statements, its lines, and how many stand before them."""

    statements: Sequence[ast.stmt]
    lines: Sequence[str]
    before: int = 0

    def text(self, statement: ast.stmt) -> Sequence[str]:
        return self.lines[statement.lineno - 1 - self.before : (statement.end_lineno or 0) - self.before]


def prove(
    before: SourceText,
    tree: ast.Module,
    *,
    edits: Sequence[Edit],
    expected: Sequence[Expected],
    silent: Silent | None = None,
) -> str:
    """Why `edits` must not be used, in a clause; empty when they are proved.

    Proved: the new file reads back, its tree is `tree` (that of `before`) plus the keywords expected and nothing else,
    no comment is gone, a notebook's JSON is the old one apart from source lines, and a second scan is `silent`.
    """
    if any(b"#" in before.data[edit.start : edit.end] for edit in edits):
        return "a comment would go"
    try:
        pieces = changed_pieces(before, tree, edits)
        grown = None if pieces is None else _pieces_grown(before, pieces, expected)
        become = grown or _whole_grown(before, tree, apply_edits(before.data, edits), expected)
    except ValueError as error:
        return str(error)
    if isinstance(become, str):
        return become
    return "" if silent is None or silent(become) else "a second scan would still speak of the call"


def _pieces_grown(
    before: SourceText, pieces: Sequence[Piece], expected: Sequence[Expected]
) -> dict[ast.Call, ast.Call] | None:
    """What the calls have become where the changed statements prove it alone; else the whole file is asked."""
    pairs = []
    for piece in pieces:
        statements = _parse(piece.text)
        if statements is None:
            return None
        old = Part([piece.statement], before.lines)
        pairs.append((old, Part(statements, piece.lines)))
    return _grown(pairs, expected)


def _whole_grown(
    before: SourceText, tree: ast.Module, data: bytes, expected: Sequence[Expected]
) -> dict[ast.Call, ast.Call] | str:
    after = read_file(before.path, data)
    if isinstance(after, Unreadable) or after.encoding != before.encoding:
        return "the new file could not be read back"
    if is_notebook(before.path):
        from bot.scan.text.notebook import same_apart_from_source

        if not same_apart_from_source(before.data, data):
            return "the notebook would change outside its source lines"
    statements = _parse(after.text)
    if statements is None:
        return "the new file would not parse"
    become = _grown([(Part(tree.body, before.lines), Part(statements, after.lines))], expected)
    return "the new syntax tree would differ by more than the keywords" if become is None else become


def _parse(text: str) -> list[ast.stmt] | None:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return ast.parse(text).body
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None


def _grown(parts: Sequence[tuple[Part, Part]], expected: Sequence[Expected]) -> dict[ast.Call, ast.Call] | None:
    """What each call has become where nothing else has changed; None otherwise.

    Compares side by side, without recursion: nesting is the author's choice, the stack is ours.
    """
    become: dict[ast.Call, ast.Call] = {}
    for old, new in parts:
        if not _same(old, new, expected, become):
            return None
    return become if set(become) == {each.call for each in expected} else None


def _same(old: Part, new: Part, expected: Sequence[Expected], become: dict[ast.Call, ast.Call]) -> bool:
    asked = {each.call: frozenset(each.keywords) for each in expected}
    lines = [call.lineno for call in asked]
    pairs: list[tuple[object, object]] = [(old.statements, new.statements)]
    while pairs:
        left, right = pairs.pop()
        if type(left) is not type(right):
            return False
        if isinstance(left, list) and isinstance(right, list):
            if len(left) != len(right):
                return False
            pairs += zip(left, right, strict=True)
        elif isinstance(left, ast.Call) and isinstance(right, ast.Call) and left in asked:
            become[left] = right
            kept = _kept(left, right, asked[left])
            if kept is None:
                return False
            pairs += ((left.func, right.func), (left.args, right.args), kept)
        elif isinstance(left, ast.AST):
            holds = isinstance(left, ast.stmt) and any(left.lineno <= n <= (left.end_lineno or n) for n in lines)
            if holds or not _untouched(left, right, old, new):
                pairs += ((getattr(left, name, None), getattr(right, name, None)) for name in left._fields)
        elif left != right or (isinstance(left, float | complex) and repr(left) != repr(right)):  # -0.0 == 0.0
            return False
    return True


def _untouched(left: ast.AST, right: object, old: Part, new: Part) -> bool:
    """Whether these are statements that stand on the same lines of text from the same column to the same column.

    The same text parses to the same tree, so most of a file need not be compared node by node. Decorators stand before
    a statement's first line and are compared by hand.
    """
    if not isinstance(left, ast.stmt) or not isinstance(right, ast.stmt):
        return False
    if left.col_offset != right.col_offset or left.end_col_offset != right.end_col_offset:
        return False
    if getattr(left, "decorator_list", None) or getattr(right, "decorator_list", None):
        return False
    return old.text(left) == new.text(right)


def _kept(old: ast.Call, new: ast.Call, asked: frozenset[str]) -> tuple[object, object] | None:
    """The keywords that must be the same in both, or None where `new` lacks one of those asked for, or has it twice."""
    written = [keyword for keyword in new.keywords if keyword.arg in asked]
    if sorted(keyword.arg or "" for keyword in written) != sorted(asked) or not all(map(_is_true, written)):
        return None
    others = [[keyword for keyword in call.keywords if keyword.arg not in asked] for call in (old, new)]
    return others[0], others[1]


def _is_true(keyword: ast.keyword) -> bool:
    return isinstance(keyword.value, ast.Constant) and keyword.value.value is True
