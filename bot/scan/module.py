"""One parsed file: the tree, who is whose parent, and what stands around a node."""

from __future__ import annotations

import ast
import warnings
from typing import TYPE_CHECKING

from bot.model import Unreadable
from bot.scan.source import SourceText

if TYPE_CHECKING:
    from bot.scan.project import Project

Definition = ast.FunctionDef | ast.AsyncFunctionDef
ScopeNode = (
    ast.Module
    | ast.ClassDef
    | ast.FunctionDef
    | ast.AsyncFunctionDef
    | ast.Lambda
    | ast.GeneratorExp
    | ast.ListComp
    | ast.SetComp
    | ast.DictComp
)


class Module:
    """A file's syntax tree with its parents. Never leaves `scan/`: findings hold no nodes."""

    __slots__ = ("nodes", "parents", "project", "source", "tree")

    def __init__(self, source: SourceText, tree: ast.Module, *, project: Project | None = None) -> None:
        self.source = source
        self.tree = tree
        self.project = project
        self.parents: dict[ast.AST, ast.AST] = {}
        self.nodes: list[ast.AST] = [tree]
        for node in self.nodes:  # grows while it is read: no recursion, whatever the nesting
            for child in ast.iter_child_nodes(node):
                self.parents[child] = node
                self.nodes.append(child)

    @property
    def path(self) -> str:
        return self.source.path

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
        child, current = node, self.parents.get(node)
        while current is not None:
            if isinstance(current, ast.FunctionDef | ast.AsyncFunctionDef) and child in current.body:
                return current
            if isinstance(current, ast.Lambda) and child is current.body:
                return current
            child, current = current, self.parents.get(current)
        return None

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
        return self.source.between(
            node.lineno, node.col_offset, node.end_lineno or node.lineno, node.end_col_offset or 0
        )


def parse_module(source: SourceText, *, project: Project | None = None) -> Module | Unreadable:
    """Parse one file. Nothing of it is run; what the parser cannot take is a reason, never an exception."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # an invalid escape in somebody's file is not our business
            tree = ast.parse(source.text, filename=source.path)
    except SyntaxError as error:
        where = f"line {error.lineno}: " if error.lineno else ""
        return Unreadable(source.path, f"{where}Python cannot parse this file: {error.msg}")
    except (RecursionError, MemoryError):
        return Unreadable(source.path, "nested too deeply to parse")
    except ValueError as error:
        return Unreadable(source.path, f"Python cannot parse this file: {error}")
    return Module(source, tree, project=project)
