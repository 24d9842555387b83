"""One parsed file: the tree, and what stands around a node."""

from __future__ import annotations

import ast
import warnings
from typing import TYPE_CHECKING, Any, cast

from bot.model import Unreadable
from bot.scan.names.nodes import Nodes
from bot.scan.text.source import SourceText

if TYPE_CHECKING:
    from bot.scan.project import Project

Definition = ast.FunctionDef | ast.AsyncFunctionDef
Comprehension = ast.GeneratorExp | ast.ListComp | ast.SetComp | ast.DictComp
Scope = ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda | Comprehension

_FUNCTIONS = frozenset({ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda})


class Module(Nodes):
    """A file's syntax tree, and what stands around a node. Never leaves `scan/`: findings hold no nodes.

    `outer` is the place of the string this code was found in, whose names it sees; None for a file.
    """

    __slots__ = ("_scopes", "cache", "outer", "project", "source")

    def __init__(
        self,
        source: SourceText,
        tree: ast.Module,
        *,
        project: Project | None = None,
        outer: tuple[Module, ast.expr] | None = None,
    ) -> None:
        super().__init__(tree, source.lines)
        self.source, self.project, self.outer = source, project, outer
        self._scopes: dict[ast.AST, Scope] = {}
        self.cache: dict[Any, Any] = {}  # what scan/ worked out about this file, under keys of their own

    @property
    def path(self) -> str:
        return self.source.path

    def statement(self, node: ast.AST) -> ast.stmt | None:
        """The innermost statement that holds `node`."""
        current: ast.AST | None = node
        while current is not None and not isinstance(current, ast.stmt):
            current = self.parent(current)
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
        child, current = node, self.parent(node)
        while current is not None:
            if isinstance(current, ast.comprehension):
                owner = self.above(current)
                if child is current.iter and owner.generators[0] is current:  # type: ignore[attr-defined]
                    current = owner
            elif isinstance(current, Scope) and _runs_in(child, current):
                return current
            elif current in self._scopes and isinstance(current, ast.stmt):
                return self._scopes[current]
            child, current = current, self.parent(current)
        return self.tree

    def only_binding(self, name: str) -> ast.AST | None:
        """What the one writing of a name in the file stands in, such as its assignment; None where there are others."""
        written = self.written(name)
        return self.parent(written[0]) if len(written) == 1 else None

    def qualname(self, node: ast.AST) -> str:
        """`Class.method` around `node`, empty at module level."""
        kinds = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)
        names = [outer.name for _, outer in self.around(node) if isinstance(outer, kinds)]
        return ".".join(reversed(names))

    def segment(self, node: ast.expr) -> str:
        """The source of an expression, as written."""
        end_line, end_column = node.end_lineno or node.lineno, node.end_col_offset or 0
        return self.source.between(node.lineno, node.col_offset, end_line, end_column)


def imports(module: Module) -> list[ast.Import | ast.ImportFrom]:
    """Every import statement: first those of whole modules, then those of names."""
    return [*module.of(ast.Import), *module.of(ast.ImportFrom)]


def _runs_in(child: ast.AST, scope: Scope) -> bool:
    if isinstance(scope, ast.Lambda):
        return child is scope.body
    return isinstance(scope, ast.Module | Comprehension) or isinstance(child, ast.stmt)


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
