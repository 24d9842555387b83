"""The parts of a file, each with its nodes: a statement, or what stands around the body of a class."""

from __future__ import annotations

import ast
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

Kinds = dict[type[ast.AST], list[Any]]
"""Nodes by class, in the order of a walk breadth first."""
_PLAIN = frozenset({"ctx", "op", "ops", "id", "attr", "arg", "lineno", "type_ignores", "type_comment", "kind", "level"})
CALLED = {ast.Name: "id", ast.Attribute: "attr", ast.arg: "arg"}
"""Where these keep what they are called; all others have a `name`."""
_BINDERS = (
    ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef, ast.arg, ast.ExceptHandler, ast.MatchAs, ast.MatchStar,
)  # fmt: skip


class Part:
    """Neighbours in a tree, all below `parent`: a statement, or what stands around the body of a class.

    `text` is that of its lines, `first` to `last`, `plain` the same as Python reads identifiers; `kinds` are its nodes
    by class, once they have been asked for, `named` the same by what they are called, `binders` those that bind a name.
    """

    __slots__ = ("_binders", "first", "kinds", "last", "named", "parent", "plain", "roots", "text")

    def __init__(self, parent: ast.AST, roots: Sequence[ast.AST], *, lines: Sequence[str], first: int, last: int):
        self.parent, self.roots, self.first, self.last = parent, roots, first, last
        self.text = "".join(lines[first - 1 : last])
        self.plain = self.text if self.text.isascii() else unicodedata.normalize("NFKC", self.text)
        self.kinds: Kinds | None = None
        self.named: dict[type[ast.AST], dict[str, list[Any]]] = {}
        self._binders: dict[str, list[ast.AST]] | None = None

    @property
    def binders(self) -> dict[str, list[ast.AST]]:
        """What binds each name, of the nodes that have been asked for; imports are left out."""
        if self._binders is None:
            self._binders = {}
            kinds = self.kinds or {}
            for name in kinds.get(ast.Name, ()):
                if name.ctx.__class__ is not ast.Load:
                    self._binders.setdefault(name.id, []).append(name)
            for kind in _BINDERS:
                field = CALLED.get(kind, "name")
                for node in kinds.get(kind, ()):
                    self._binders.setdefault(getattr(node, field), []).append(node)
        return self._binders


def divided(tree: ast.Module, lines: Sequence[str]) -> Iterator[Part]:
    """The parts of a file in the order in which a walk of its tree, breadth first, comes by them."""
    for statement in tree.body:
        first, last = first_line(statement), statement.end_lineno or statement.lineno
        if not isinstance(statement, ast.ClassDef):
            yield Part(tree, [statement], lines=lines, first=first, last=last)
            continue
        head = statement.body[0].lineno
        alone = Part(tree, [statement], lines=lines, first=first, last=head)
        alone.kinds = {ast.ClassDef: [statement]}
        yield alone
        yield Part(statement, [*statement.bases, *statement.keywords], lines=lines, first=first, last=head)
        for inner in statement.body:
            end = inner.end_lineno or inner.lineno
            yield Part(statement, [inner], lines=lines, first=first_line(inner), last=end)
        behind = [*statement.decorator_list, *getattr(statement, "type_params", ())]
        yield Part(statement, behind, lines=lines, first=first, last=head)


def first_line(statement: ast.stmt) -> int:
    """Decorators stand above what Python calls a statement's first line."""
    decorators: list[ast.expr] = getattr(statement, "decorator_list", [])
    return min([statement.lineno, *(each.lineno for each in decorators)])


def walk(roots: Iterable[ast.AST], parents: dict[ast.AST, ast.AST]) -> Kinds:
    """All nodes at and below `roots` that have a place, by class and breadth first; their parents are noted.

    The list grows while it is read: no recursion. Much of the time of looking at a file goes here, so nothing is called
    that need not be.
    """
    nodes = [*roots]
    kinds: Kinds = {}
    add, scalars, fields_of = nodes.append, _SCALARS, _FIELDS
    for node in nodes:
        kind = node.__class__
        if kind in kinds:
            kinds[kind].append(node)
        else:
            kinds[kind] = [node]
        for field in fields_of[kind]:
            value = getattr(node, field, None)
            if value.__class__ is list:
                for child in value:
                    if child.__class__ not in scalars:
                        parents[child] = node
                        add(child)
            elif value.__class__ not in scalars:
                parents[value] = node  # type: ignore[index]
                add(value)  # type: ignore[arg-type]
    return kinds


_SCALARS = frozenset({str, int, bool, type(None)})
"""What stands in a node's fields beside nodes, once constants are left out: names, flags, the missing key of `**`."""


class _Fields(dict[type[ast.AST], tuple[str, ...]]):
    """The fields of each class of node in which other nodes may stand."""

    def __missing__(self, kind: type[ast.AST]) -> tuple[str, ...]:
        self[kind] = tuple(field for field in kind._fields if field not in _PLAIN)
        return self[kind]


_FIELDS = _Fields({ast.Constant: ()})
