"""The proof that a fix adds the keywords at its call and changes nothing else."""

from __future__ import annotations

import ast
import warnings
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from bot.edits import apply_edits
from bot.model import Edit, Unreadable
from bot.scan.text.notebook import NotebookText, same_apart_from_source
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


Silent = Callable[[SourceText, ast.Module], bool]
"""Given the new text and its tree, whether a second scan has nothing more to say of these calls."""


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
    try:
        data = apply_edits(before.data, edits)
    except ValueError as error:
        return str(error)
    if any(b"#" in before.data[edit.start : edit.end] for edit in edits):
        return "a comment would go"
    after = read_file(before.path, data)
    if isinstance(after, Unreadable) or after.encoding != before.encoding:
        return "the new file could not be read back"
    if isinstance(before, NotebookText) and not same_apart_from_source(before.data, data):
        return "the notebook would change outside its source lines"
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            grown = ast.parse(after.text)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return "the new file would not parse"
    if not _grown(Pair(before, tree), Pair(after, grown), expected):
        return "the new syntax tree would differ by more than the keywords"
    return "" if silent is None or silent(after, grown) else "a second scan would still speak of the call"


@dataclass(frozen=True, slots=True)
class Pair:
    """A text and its tree."""

    source: SourceText
    tree: ast.Module


def _grown(old: Pair, new: Pair, expected: Sequence[Expected]) -> bool:
    """Compare two trees side by side, without recursion: nesting is the author's choice, the stack is ours."""
    calls = {id(each.call): each for each in expected}
    lines = {each.call.lineno for each in expected}
    met: set[int] = set()
    pairs: list[tuple[object, object]] = [(old.tree, new.tree)]
    while pairs:
        left, right = pairs.pop()
        if type(left) is not type(right):
            return False
        if isinstance(left, list) and isinstance(right, list):
            if len(left) != len(right):
                return False
            pairs += zip(left, right, strict=True)
        elif isinstance(left, ast.Call) and isinstance(right, ast.Call) and id(left) in calls:
            met.add(id(left))
            kept = _kept(left, right, frozenset(calls[id(left)].keywords))
            if kept is None:
                return False
            pairs += ((left.func, right.func), (left.args, right.args), kept)
        elif isinstance(left, ast.AST):
            holds = isinstance(left, ast.stmt) and any(left.lineno <= n <= (left.end_lineno or n) for n in lines)
            if holds or not _untouched(left, right, old, new):
                pairs += ((getattr(left, name, None), getattr(right, name, None)) for name in left._fields)
        elif left != right or (isinstance(left, float | complex) and repr(left) != repr(right)):  # -0.0 == 0.0
            return False
    return met == set(calls)


def _untouched(left: ast.AST, right: object, old: Pair, new: Pair) -> bool:
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
    here = old.source.lines[left.lineno - 1 : left.end_lineno]
    return here == new.source.lines[right.lineno - 1 : right.end_lineno]


def _kept(old: ast.Call, new: ast.Call, asked: frozenset[str]) -> tuple[object, object] | None:
    """The keywords that must be the same in both, or None where `new` lacks one of those asked for, or has it twice."""
    written = [keyword for keyword in new.keywords if keyword.arg in asked]
    if sorted(keyword.arg or "" for keyword in written) != sorted(asked) or not all(map(_is_true, written)):
        return None
    others = [[keyword for keyword in call.keywords if keyword.arg not in asked] for call in (old, new)]
    return others[0], others[1]


def _is_true(keyword: ast.keyword) -> bool:
    return isinstance(keyword.value, ast.Constant) and keyword.value.value is True
