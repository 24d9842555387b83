"""The class around a node, and how classes of one module descend from each other, told by their names."""

from __future__ import annotations

import ast

from bot.scan.names.module import Module
from bot.scan.names.spelling import spelt


def enclosing_class(node: ast.AST, module: Module) -> ast.ClassDef | None:
    """The innermost class around `node`, or itself."""
    if isinstance(node, ast.ClassDef):
        return node
    return next((outer for _, outer in module.around(node) if isinstance(outer, ast.ClassDef)), None)


def share_self(one: ast.ClassDef | None, other: ast.ClassDef | None, module: Module) -> bool:
    """Whether `self` of one class can be `self` of the other: the same, or one a base of the other in this module."""
    if one is other or one is None or other is None:
        return one is other
    return _descends(one, other, module) or _descends(other, one, module)


def _descends(node: ast.ClassDef, ancestor: ast.ClassDef, module: Module) -> bool:
    waiting, known = {node.name}, set[str]()
    while waiting and ancestor.name not in known:
        known |= waiting
        found = (each for name in waiting for each in module.bound(ast.ClassDef, name))
        waiting = {base for each in found for base in bases_of(each)} - known
    return ancestor.name in known


def method_in(owner: ast.ClassDef, name: str) -> ast.FunctionDef | None:
    """The method that the body of a class defines under a name."""
    return next((f for f in owner.body if isinstance(f, ast.FunctionDef) and f.name == name), None)


def bases_of(node: ast.ClassDef) -> set[str]:
    return {spelt(base).split(".")[-1].split("[")[0] for base in node.bases}
