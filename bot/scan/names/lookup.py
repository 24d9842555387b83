"""From a name where it is used to the bindings that can be behind it."""

from __future__ import annotations

import ast
import re
from dataclasses import replace
from typing import cast

from bot.scan.names.executed import executed
from bot.scan.names.flow import Flow
from bot.scan.names.module import Comprehension, Module, Scope
from bot.scan.names.scopes import FUNCTIONS, STARS, Binding, Kind, bindings, declared
from bot.scan.names.set_names import set_names

_LIBRARY_LOADS = frozenset(
    """numpy json pickle marshal yaml joblib dill cloudpickle pylab matplotlib.pylab jax.numpy cupy
    safetensors.torch""".split()
)
"""Libraries whose star import brings a `load` of their own (their `__all__`)."""
_CALLS = 20
"""Calls of one function that are looked at; those of a script are few."""
_STAR = re.compile(rb"import[\s\\]*\*")
TORCH_STARS = {
    "torch": frozenset({"load", "save"}),
    "torch.serialization": frozenset({"load", "save"}),
    "torch.hub": frozenset({"load", "load_state_dict_from_url"}),
    "torch.utils.model_zoo": frozenset({"load_url"}),
}
"""What a star import brings of interest: `load` stands in `torch.__all__` and `torch.serialization.__all__` (2.13)."""


def find_bindings(name: str, use: ast.AST, module: Module) -> tuple[tuple[Module, Binding], ...]:
    """The bindings that can be behind `name` at `use`; empty when no scope of the file binds it."""
    scope, at, inline = module.scope(use), use, True
    while True:
        said = declared(module, name, scope)
        if said is ast.Global and not isinstance(scope, ast.Module):
            at, inline = _outermost(module, scope), False
            scope = module.tree
        if said is not ast.Nonlocal:
            found = _in_scope(name, scope, at, inline, module)
            if found:
                return tuple((module, binding) for binding in found)
        if isinstance(scope, ast.Module):
            return find_bindings(name, module.outer[1], module.outer[0]) if module.outer else ()
        inline = inline and not isinstance(scope, FUNCTIONS)
        at, scope = scope, module.scope(scope)
        while isinstance(scope, ast.ClassDef):  # names of a class body are invisible from inside
            at, scope = scope, module.scope(scope)


def exported(name: str, module: Module, scope: Scope | None = None) -> list[Binding]:
    """What `name` is bound to at the end of the module, or of a class body."""
    owner = scope or module.tree
    found = _all(name, owner, module)
    live = [b for b in Flow(module, owner, found).end() if b.kind is not Kind.DELETED]
    return live or [b for b in found if b.kind is not Kind.DELETED]


def open_stars(module: Module) -> bool:
    """Whether some `from x import *` of the file may bring names that cannot be seen."""
    return bool(bindings(module, STARS))


def _in_scope(name: str, scope: Scope, at: ast.AST, inline: bool, module: Module) -> list[Binding]:
    found = _all(name, scope, module)
    # `class Reader: torch = torch` reads the outer name first, so that a class body's order counts even for one binding
    single = len(found) < 2 and not isinstance(scope, ast.ClassDef)
    if single or isinstance(scope, Comprehension):
        return [b for b in found if b.kind is not Kind.DELETED]
    flows: dict[tuple[str, Scope], Flow] = module.cache.setdefault("flows", {})
    flow = flows.get((name, scope))
    if flow is None:
        flow = flows[name, scope] = Flow(module, scope, found)
    reaching = flow.before(at) if inline else _when_called(at, flow, scope, module)
    live = [b for b in reaching if b.kind is not Kind.DELETED]
    if live or (inline and not isinstance(scope, FUNCTIONS)):
        return live
    return [b for b in found if b.kind is not Kind.DELETED]


def _when_called(function: ast.AST, flow: Flow, scope: Scope, module: Module) -> list[Binding]:
    """What reaches into a function: what stands when the code around it has run, and where that code calls it."""
    found = flow.after(function)
    named = module.names(function.name) if isinstance(function, ast.FunctionDef) else ()
    for use in named[:_CALLS]:
        call = module.parent(use)
        if isinstance(call, ast.Call) and call.func is use and module.scope(use) is scope:
            found = [*found, *(b for b in flow.before(use) if b not in found)]
    return found


def _all(name: str, scope: Scope, module: Module) -> list[Binding]:
    """Explicit bindings, star imports that are known to bring the name, and text that binds it where it is executed."""
    found = bindings(module, name).get(scope, [])
    unseen = [replace(b, name=name) for b in bindings(module, STARS).get(scope, []) if _brings(b, name, module)]
    unseen += [
        Binding(name, Kind.EXECUTED, each.call, scope, remote=each.remote)
        for each in executed(module)
        if each.scope is scope and _binds(name, each.inner)
    ]
    if scope is module.tree and name in (known := set_names(module)):
        inside = ((node, module.scope(node) is not scope) for node, _ in known[name])
        unseen += [Binding(name, Kind.SET, node, scope, remote=remote) for node, remote in inside]
    if not unseen:
        return found
    return sorted((*found, *unseen), key=lambda b: (getattr(b.node, "lineno", 0), getattr(b.node, "col_offset", 0)))


def _binds(name: str, inner: Module) -> bool:
    """Whether executed code binds `name`; files that execute each other are asked once."""
    return bool(_unless_asked(name, inner))


def _brings(star: Binding, name: str, module: Module) -> bool:
    statement = cast(ast.ImportFrom, module.above(star.node))
    if not statement.level and statement.module in TORCH_STARS:
        return name in TORCH_STARS[statement.module]
    if not statement.level and name == "load" and statement.module in _LIBRARY_LOADS:
        return True
    project, source = module.project, statement.module or ""
    path = project.locate(source, module.path, statement.level) if project else None
    if project is None or path is None or not _may_bring(name, project.files[path]):
        return False  # most are not parsed for it
    target = project.module(path)
    return isinstance(target, Module) and _public(name, target)


def _may_bring(name: str, data: bytes) -> bool:
    """Whether a module can have a name, by its bytes: it stands there, or may be there by a star, or in odd letters."""
    return name.encode() in data or not data.isascii() or _STAR.search(data) is not None


def _public(name: str, module: Module) -> bool:
    """Whether `from module import *` brings `name`: by a literal `__all__`, else if it has no underscore in front."""
    listed = _dunder_all(module)
    if (name not in listed) if listed is not None else name.startswith("_"):
        return False
    return bool(_unless_asked(name, module))


def _unless_asked(name: str, module: Module) -> list[Binding]:
    """What a module itself binds `name` to; nothing while that is being asked: modules bring names to each other."""
    busy: set[str] = module.cache.setdefault("being asked", set())
    if name in busy:
        return []
    busy.add(name)
    try:
        return _all(name, module.tree, module)
    finally:
        busy.discard(name)


def _dunder_all(module: Module) -> frozenset[str] | None:
    for binding in bindings(module, "__all__").get(module.tree, []):
        statement = module.statement(binding.node)
        if not isinstance(statement, ast.Assign) or not isinstance(statement.value, ast.List | ast.Tuple):
            return None
        return frozenset(
            e.value for e in statement.value.elts if isinstance(e, ast.Constant) and isinstance(e.value, str)
        )
    return None


def _outermost(module: Module, scope: Scope) -> ast.AST:
    node: ast.AST = scope
    while not isinstance(module.scope(node), ast.Module):
        node = module.scope(node)
    return node
