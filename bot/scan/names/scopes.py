"""Which names a scope binds, and where: Python's own rules (LEGB, class scopes, global, nonlocal, comprehensions)."""

from __future__ import annotations

import ast
from collections import defaultdict
from dataclasses import dataclass
from enum import StrEnum
from typing import cast

from bot.scan.names.module import Comprehension, Module, Scope

FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda)


class Kind(StrEnum):
    """How a name is bound."""

    IMPORT = "import"
    STAR = "star import"
    TARGET = "target"  # assignment, loop, with, walrus, unpacking: the parents tell which
    UPDATED = "augmented assignment"
    DEFINITION = "definition"
    PARAMETER = "parameter"
    CAUGHT = "except as"
    CAPTURED = "match capture"
    DELETED = "del"


@dataclass(frozen=True, slots=True)
class Binding:
    """One binding of `name`. `node` is what binds: a Name, an alias, a definition, an arg, a handler, a pattern.

    `scope` is the scope whose name it is; `remote` when another function writes it (`global`, `nonlocal`): then it may
    happen at any time.
    """

    name: str
    kind: Kind
    node: ast.AST
    scope: Scope
    remote: bool = False


STARS = "*"


def bindings(module: Module, name: str) -> dict[Scope, list[Binding]]:
    """Every binding of `name` in the file, by scope, in order of position."""
    table: dict[str, list[tuple[Kind, ast.AST]]] = module.cache.get("bindings") or _index(module)
    by_name: dict[str, dict[Scope, list[Binding]]] = module.cache.setdefault("by name", {})
    if name not in by_name:
        found: dict[Scope, list[Binding]] = defaultdict(list)
        for kind, node in sorted(table.get(name, ()), key=lambda entry: _position(entry[1], module)):
            binding = _bound(name, kind, node, module)
            found[binding.scope].append(binding)
        by_name[name] = found
    return by_name[name]


def enclosing(module: Module, scope: Scope) -> Scope | None:
    """The next scope in which a name not found in `scope` is looked for; class scopes are invisible from inside."""
    outer: Scope | None = None if isinstance(scope, ast.Module) else module.scope(scope)
    while isinstance(outer, ast.ClassDef):
        outer = module.scope(outer)
    return outer


def declared(module: Module, name: str, scope: Scope) -> type[ast.Global] | type[ast.Nonlocal] | None:
    """Whether `scope` says `global name` or `nonlocal name`."""
    table: dict[str, list[tuple[Scope, type]]] | None = module.cache.get("declared")
    if table is None:
        table = defaultdict(list)
        statements: list[ast.Global | ast.Nonlocal] = [*module.of(ast.Global), *module.of(ast.Nonlocal)]
        for statement in statements:
            for word in statement.names:
                table[word].append((module.scope(statement), type(statement)))
        module.cache["declared"] = table
    return next((kind for owner, kind in table.get(name, ()) if owner is scope), None)


def _index(module: Module) -> dict[str, list[tuple[Kind, ast.AST]]]:
    table: dict[str, list[tuple[Kind, ast.AST]]] = defaultdict(list)
    module.cache["bindings"] = table
    for node in module.of(ast.Name):
        if node.ctx.__class__ is not ast.Load:
            table[node.id].append((Kind.DELETED if isinstance(node.ctx, ast.Del) else Kind.TARGET, node))
    imports: list[ast.Import | ast.ImportFrom] = [*module.of(ast.Import), *module.of(ast.ImportFrom)]
    for statement in imports:
        for alias in statement.names:
            name = alias.asname or alias.name.partition(".")[0]
            table[name].append((Kind.STAR if name == STARS else Kind.IMPORT, alias))
    definitions: list[ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef] = [
        *module.of(ast.FunctionDef),
        *module.of(ast.AsyncFunctionDef),
        *module.of(ast.ClassDef),
    ]
    for definition in definitions:
        table[definition.name].append((Kind.DEFINITION, definition))
    for argument in module.of(ast.arg):
        table[argument.arg].append((Kind.PARAMETER, argument))
    for handler in module.of(ast.ExceptHandler):
        if handler.name:
            table[handler.name].append((Kind.CAUGHT, handler))
    patterns: list[ast.MatchAs | ast.MatchStar] = [*module.of(ast.MatchAs), *module.of(ast.MatchStar)]
    for pattern in patterns:
        if pattern.name:
            table[pattern.name].append((Kind.CAPTURED, pattern))
    return table


def _bound(name: str, kind: Kind, node: ast.AST, module: Module) -> Binding:
    if kind is Kind.PARAMETER:
        owner = module.parents[module.parents[node]]
        return Binding(name, kind, node, cast("Scope", owner))
    parent = module.parents.get(node)
    if isinstance(parent, ast.AugAssign) and parent.target is node:
        kind = Kind.UPDATED
    scope = module.scope(node)
    if isinstance(parent, ast.NamedExpr) and parent.target is node:
        while isinstance(scope, Comprehension):  # PEP 572: a walrus binds outside the comprehension
            scope = module.scope(scope)
    said = declared(module, name, scope)
    if said is ast.Global:
        return Binding(name, kind, node, module.tree, remote=scope is not module.tree)
    if said is ast.Nonlocal:
        outer = enclosing(module, scope)
        return Binding(name, kind, node, outer or module.tree, remote=True)
    return Binding(name, kind, node, scope)


def _position(node: ast.AST, module: Module) -> tuple[int, int]:
    return (getattr(node, "lineno", 0), getattr(node, "col_offset", 0))
