"""The keys a save writes, held against the keys a site reads: is it the save of what is read?"""

from __future__ import annotations

import ast
from collections.abc import Iterable
from typing import TYPE_CHECKING

from bot.scan.evidence.ground.callees import callee
from bot.scan.evidence.ground.memo import remember
from bot.scan.evidence.ground.words import words_of
from bot.scan.names.bound import results
from bot.scan.names.module import Module

if TYPE_CHECKING:
    from bot.scan.evidence.saves.writers import Writer
    from bot.scan.project import Project

Keys = frozenset[str]
DEEPEST = 3


def keys_of(writer: Writer, project: Project) -> Keys:
    """The string keys at the top of what is written; empty where none can be seen."""
    if writer.what is None:
        return frozenset()
    return remember(project, ("keys", id(writer.call)), lambda: _keys(writer.what, writer.module, project, 0))


def _keys(node: ast.expr | None, module: Module, project: Project, depth: int) -> Keys:
    if depth > DEEPEST or node is None:
        return frozenset()
    if isinstance(node, ast.Dict):
        return _literal(node.keys, module)
    if isinstance(node, ast.Name):
        return _of_name(node, module, project, depth)
    if isinstance(node, ast.Call):
        if isinstance(node.func, ast.Name) and node.func.id == "dict":
            return frozenset(k.arg for k in node.keywords if k.arg)
        found = callee(node, module, project)
        if found is not None:
            function, home = found
            return _union(_keys(value, home, project, depth + 1) for value in results(home).get(function, ()))
    return frozenset()


def _of_name(name: ast.Name, module: Module, project: Project, depth: int) -> Keys:
    found: list[Keys] = []
    function = module.function(name)
    for other in module.names(name.id):
        if module.function(other) is not function:
            continue
        parent = module.parent(other)
        if isinstance(parent, ast.Assign | ast.AnnAssign) and isinstance(other.ctx, ast.Store):
            found.append(_keys(parent.value, module, project, depth + 1))
        elif isinstance(parent, ast.Subscript) and isinstance(parent.ctx, ast.Store) and parent.value is other:
            found.append(_literal([parent.slice], module))
    return _union(found)


def _literal(keys: Iterable[ast.expr | None], module: Module) -> Keys:
    words = (words_of(k, module) for k in keys if isinstance(k, ast.Constant | ast.Name))
    return frozenset(each[0] for each in words if len(each) == 1)


def _union(parts: Iterable[Keys]) -> Keys:
    return frozenset().union(*parts)


def is_test(path: str) -> bool:
    parts = path.split("/")
    return parts[-1].startswith("test_") or parts[-1].endswith("_test.py") or bool({"test", "tests"} & set(parts))
