"""Code that is executed for the names it binds: `exec("from torch import load")`, `exec(open("names.py").read())`.

Read without the evaluator, which asks here what a name is bound to: a text counts where it stands in the call, or
under a name that the file assigns once.
"""

from __future__ import annotations

import ast
import posixpath
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from bot.scan.names.inner import parse_text
from bot.scan.names.module import Module, Scope, imports

_GIVES_BACK = frozenset({"compile", "dedent", "cleandoc", "strip", "lstrip", "rstrip", "encode", "decode"})
_CALLED = re.compile(r"exec\s*\(")
_DEEP = 8


@dataclass(frozen=True, slots=True)
class Executed:
    """A call of `exec`, and the code it runs. The names go into `scope` (`remote` when a function inside it
    executes them: then it may happen at any time), or into the dict called `namespace`.
    """

    call: ast.Call
    inner: Module
    scope: Scope | None = None
    remote: bool = False
    namespace: ast.Name | None = None


def executed(module: Module) -> Sequence[Executed]:
    """Every `exec` of the file whose code can be read; worked out once."""
    known: list[Executed] | None = module.cache.get("executed")
    if known is None:
        known = module.cache["executed"] = []
        if _CALLED.search(module.source.text):
            known += _executed(module)
    return known


def names_bound(inner: Module) -> set[str]:
    """What the code may bind for whoever executes it: more than that where functions have names of their own."""
    imported = [a for s in imports(inner) for a in s.names]
    found = {"load" if a.name == "*" else a.asname or a.name.partition(".")[0] for a in imported}
    found |= {name.id for name in inner.of(ast.Name) if isinstance(name.ctx, ast.Store)}
    return found | {f.name for f in inner.of(ast.FunctionDef)} | {c.name for c in inner.of(ast.ClassDef)}


def _executed(module: Module) -> Iterator[Executed]:
    owned = (a for a in module.attributes("exec") if getattr(a.value, "id", "") == "builtins")
    for function in (*module.names("exec"), *owned):
        call = module.parent(function)
        if not (isinstance(call, ast.Call) and call.func is function and call.args):
            continue
        inner = _code_of(call.args[0], module)
        if inner is None:
            continue
        given = [*call.args[1:3], *(k.value for k in call.keywords if k.arg in ("globals", "locals"))]
        around = module.scope(call)
        if isinstance(given[-1] if given else None, ast.Name):
            yield Executed(call, inner, namespace=given[-1])  # type: ignore[arg-type]
        elif given and _calls(given[-1], "globals"):
            yield Executed(call, inner, module.tree, remote=around is not module.tree)
        elif isinstance(around, ast.Module | ast.ClassDef) and (not given or _calls(given[-1], "locals")):
            yield Executed(call, inner, around)


def _calls(node: ast.expr, word: str) -> bool:
    return isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == word


def _code_of(node: ast.expr, module: Module) -> Module | None:
    text = _text(node, module, _DEEP)
    if text is not None:
        return parse_text(text, module, node)
    return _file_read(node, module)


def _text(node: ast.expr, module: Module, deep: int) -> str | None:
    """The text that is surely executed, None where it cannot be told."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str | bytes):
        return node.value if isinstance(node.value, str) else node.value.decode(errors="replace")
    if not deep:
        return None
    if isinstance(node, ast.Name):
        value = _assigned_once(node.id, module)
        return _text(value, module, deep - 1) if value is not None else None
    if isinstance(node, ast.JoinedStr):
        return _joined([p.value if isinstance(p, ast.FormattedValue) else p for p in node.values], module, deep)
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add):
        return _joined([node.left, node.right], module, deep)
    inside = _given_back(node)
    return _text(inside, module, deep - 1) if inside is not None else None


def _joined(parts: Sequence[ast.expr], module: Module, deep: int) -> str | None:
    texts = [_text(part, module, deep - 1) for part in parts]
    return None if None in texts else "".join(text for text in texts if text)


def _given_back(node: ast.expr) -> ast.expr | None:
    """`compile(text, ...)`, `dedent(text)`, `text.strip()`: the text."""
    if not isinstance(node, ast.Call):
        return None
    word = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
    if word not in _GIVES_BACK:
        return None
    if node.args:
        return node.args[0]
    return node.func.value if isinstance(node.func, ast.Attribute) else None


def _assigned_once(name: str, module: Module) -> ast.expr | None:
    statement = module.only_binding(name)
    return statement.value if isinstance(statement, ast.Assign | ast.AnnAssign) else None


def _file_read(node: ast.expr, module: Module, deep: int = _DEEP) -> Module | None:
    """The project's file behind `open("names.py").read()`, `Path("names.py").read_text()`: beside this one, or from
    the root.
    """
    while deep and (inside := _given_back(node)) is not None:
        node, deep = inside, deep - 1
    if isinstance(node, ast.Name) and deep:
        value = _assigned_once(node.id, module)
        return _file_read(value, module, deep - 1) if value is not None else None
    if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and module.project):
        return None
    opened = node.func.value
    if node.func.attr not in ("read", "read_text", "read_bytes") or not isinstance(opened, ast.Call):
        return None
    said = _text(opened.args[0], module, _DEEP) if opened.args else None
    path = posixpath.normpath(posixpath.join(posixpath.dirname(module.path), said or ""))
    found = next((p for p in (path, said) if p != module.path and p in module.project.files), None)
    other = module.project.module(found) if found and found.endswith((".py", ".pyw")) else None
    return other if isinstance(other, Module) else None
