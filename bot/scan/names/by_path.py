"""Modules of the project imported by where their file lies: `spec_from_file_location("io", here / "io.py")`."""

from __future__ import annotations

import ast
import posixpath
from collections.abc import Iterable, Iterator

from bot.scan.names.arguments import word_of
from bot.scan.names.module import Module
from bot.scan.names.values import Constant, Evaluate, ProjectModule, Unknown, Value

_JOINS = frozenset({"join", "joinpath", "Path", "PurePath", "str", "fspath", "abspath", "resolve", "absolute"})
_DEEP = 12


def module_at(call: ast.Call, module: Module, of: Evaluate) -> Iterable[Value]:
    """`SourceFileLoader(name, path)` and its like: the file in the folder of this one, or in one above."""
    given = call.args[1] if len(call.args) > 1 else next((k.value for k in call.keywords if k.arg in _PATHS), None)
    said = posixpath.normpath("/".join(_texts(given, module, of, _DEEP))) if given is not None else ""
    folder = posixpath.dirname(module.path)
    for place in dict.fromkeys((folder, *_above(folder))) if module.project and said.endswith(".py") else ():
        path = posixpath.normpath(posixpath.join(place, said))
        found = module.project.module(path) if module.project and path in module.project.files else None
        if isinstance(found, Module) and found is not module:
            return (ProjectModule(found),)
    return (Unknown(),)


_PATHS = frozenset({"location", "path", "pathname"})


def _above(folder: str) -> Iterator[str]:
    while folder:
        folder = posixpath.dirname(folder)
        yield folder


def _texts(node: ast.expr, module: Module, of: Evaluate, deep: int) -> list[str]:
    """The parts of a path that are written out; what it begins with (`__file__`, a folder) is not."""
    values = of(node, module) if deep else ()
    if len(values) == 1 and isinstance(values[0], Constant):
        return [str(values[0].value).strip("/")]
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Div | ast.Add):
        return [*_texts(node.left, module, of, deep - 1), *_texts(node.right, module, of, deep - 1)]
    if isinstance(node, ast.Call) and word_of(node.func) in _JOINS:
        within = [node.func.value] if isinstance(node.func, ast.Attribute) else []
        return [text for part in (*within, *node.args) for text in _texts(part, module, of, deep - 1)]
    if isinstance(node, ast.Name):
        statement = module.only_binding(node.id)
        value = statement.value if isinstance(statement, ast.Assign) else None
        return _texts(value, module, of, deep - 1) if value is not None else []
    return []
