"""One parsed file: the tree, who is whose parent, and what stands around a node."""

from __future__ import annotations

import ast
import warnings
from collections import defaultdict
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, TypeVar, cast

from bot.model import Unreadable
from bot.scan.text.source import SourceText

if TYPE_CHECKING:
    from bot.scan.project import Project

Definition = ast.FunctionDef | ast.AsyncFunctionDef
Comprehension = ast.GeneratorExp | ast.ListComp | ast.SetComp | ast.DictComp
Scope = ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda | Comprehension

_FUNCTIONS = frozenset({ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda})
_Node = TypeVar("_Node", bound=ast.AST)
_PLAIN = frozenset({"ctx", "op", "ops", "id", "attr", "arg", "lineno", "type_ignores", "type_comment", "kind", "level"})


class Module:
    """A file's syntax tree with its parents. Never leaves `scan/`: findings hold no nodes.

    `outer` is the place of the string this code was found in, whose names it sees; None for a file.
    """

    __slots__ = (
        "_attributes",
        "_kinds",
        "_loads",
        "_scopes",
        "cache",
        "outer",
        "parents",
        "project",
        "source",
        "tree",
    )

    def __init__(
        self,
        source: SourceText,
        tree: ast.Module,
        *,
        project: Project | None = None,
        outer: tuple[Module, ast.expr] | None = None,
    ) -> None:
        self.source, self.tree, self.project, self.outer = source, tree, project, outer
        self._kinds, self.parents = _walk(tree)
        self._loads: dict[str, list[ast.Name]] | None = None
        self._attributes: dict[str, list[ast.Attribute]] | None = None
        self._scopes: dict[ast.AST, Scope] = {}
        self.cache: dict[Any, Any] = {}  # what scan/ worked out about this file, under keys of their own

    @property
    def path(self) -> str:
        return self.source.path

    def of(self, kind: type[_Node]) -> Sequence[_Node]:
        """All nodes of exactly this class, breadth first."""
        return self._kinds.get(kind, ())

    def names(self, word: str) -> Sequence[ast.Name]:
        """Every reading, writing and deletion of the name `word`."""
        if self._loads is None:
            self._loads = defaultdict(list)
            for node in self.of(ast.Name):
                self._loads[node.id].append(node)
        return self._loads.get(word, ())

    def attributes(self, word: str) -> Sequence[ast.Attribute]:
        """Every `something.word`, read or written."""
        if self._attributes is None:
            self._attributes = defaultdict(list)
            for node in self.of(ast.Attribute):
                self._attributes[node.attr].append(node)
        return self._attributes.get(word, ())

    def parent(self, node: ast.AST) -> ast.AST | None:
        return self.parents.get(node)

    def statement(self, node: ast.AST) -> ast.stmt | None:
        """The innermost statement that holds `node`."""
        current: ast.AST | None = node
        while current is not None and not isinstance(current, ast.stmt):
            current = self.parents.get(current)
        return current

    def function(self, node: ast.AST) -> Definition | ast.Lambda | None:
        """The innermost function or lambda whose body holds `node`."""
        scope: Scope = self.scope(node)
        while scope is not self.tree:
            if scope.__class__ in _FUNCTIONS:
                return cast("Definition | ast.Lambda", scope)
            scope = self.scope(scope)
        return None

    def scope(self, node: ast.AST) -> Scope:
        """The scope in which `node` is evaluated.

        Defaults, decorators and the first iterable of a comprehension belong to the scope outside.
        """
        known = self._scopes.get(node)
        if known is None:
            known = self._scopes[node] = self._find_scope(node)
        return known

    def _find_scope(self, node: ast.AST) -> Scope:
        child, current = node, self.parents.get(node)
        while current is not None:
            if isinstance(current, ast.comprehension):
                owner = self.parents[current]
                if child is current.iter and owner.generators[0] is current:  # type: ignore[attr-defined]
                    current = owner
            elif isinstance(current, Scope) and _runs_in(child, current):
                return current
            elif current in self._scopes and isinstance(current, ast.stmt):
                return self._scopes[current]
            child, current = current, self.parents.get(current)
        return self.tree

    def qualname(self, node: ast.AST) -> str:
        """`Class.method` around `node`, empty at module level."""
        names: list[str] = []
        current = self.parents.get(node)
        while current is not None:
            if isinstance(current, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
                names.append(current.name)
            current = self.parents.get(current)
        return ".".join(reversed(names))

    def segment(self, node: ast.expr) -> str:
        """The source of an expression, as written."""
        end_line, end_column = node.end_lineno or node.lineno, node.end_col_offset or 0
        return self.source.between(node.lineno, node.col_offset, end_line, end_column)


def _runs_in(child: ast.AST, scope: Scope) -> bool:
    if isinstance(scope, ast.Lambda):
        return child is scope.body
    return isinstance(scope, ast.Module | Comprehension) or isinstance(child, ast.stmt)


def _walk(tree: ast.Module) -> tuple[dict[type[ast.AST], list[Any]], dict[ast.AST, ast.AST]]:
    """All nodes that have a place, by their class and breadth first, and their parents.

    The list grows while it is read: no recursion. Half of the time of looking at a file goes here, so nothing is called
    that need not be.
    """
    nodes: list[ast.AST] = [tree]
    kinds: dict[type[ast.AST], list[Any]] = {}
    parents: dict[ast.AST, ast.AST] = {}
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
    return kinds, parents


_SCALARS = frozenset({str, int, bool, type(None)})
"""What stands in a node's fields beside nodes, once constants are left out: names, flags, the missing key of `**`."""


class _Fields(dict[type[ast.AST], tuple[str, ...]]):
    """The fields of each class of node in which other nodes may stand."""

    def __missing__(self, kind: type[ast.AST]) -> tuple[str, ...]:
        self[kind] = tuple(field for field in kind._fields if field not in _PLAIN)
        return self[kind]


_FIELDS = _Fields({ast.Constant: ()})


def parse_module(
    source: SourceText, *, project: Project | None = None, outer: tuple[Module, ast.expr] | None = None
) -> Module | Unreadable:
    """Parse one file. Nothing of it is run; what the parser cannot take is a reason, never an exception."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # an invalid escape in somebody's file is not our business
            tree = ast.parse(source.text, filename=source.path)
        return Module(source, tree, project=project, outer=outer)
    except SyntaxError as error:
        where = f"line {error.lineno}: " if error.lineno else ""
        return Unreadable(source.path, f"{where}Python cannot parse this file: {error.msg}")
    except (RecursionError, MemoryError):
        return Unreadable(source.path, "nested too deeply to parse")
    except ValueError as error:
        return Unreadable(source.path, f"Python cannot parse this file: {error}")
