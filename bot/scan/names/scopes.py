"""Which names a scope binds, and where: Python's own rules (LEGB, class scopes, global, nonlocal, comprehensions)."""

from __future__ import annotations

import ast
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import cast

from bot.scan.names.module import Comprehension, Module, Scope, imports

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
    EXECUTED = "executed text"
    SET = "set as an item of globals()"


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
_BINDING: dict[type[ast.AST], Kind] = {
    ast.FunctionDef: Kind.DEFINITION,
    ast.AsyncFunctionDef: Kind.DEFINITION,
    ast.ClassDef: Kind.DEFINITION,
    ast.arg: Kind.PARAMETER,
    ast.ExceptHandler: Kind.CAUGHT,
    ast.MatchAs: Kind.CAPTURED,
    ast.MatchStar: Kind.CAPTURED,
}


def bindings(module: Module, name: str) -> dict[Scope, list[Binding]]:
    """Every binding of `name` in the file, by scope, in order of position."""
    by_name: dict[str, dict[Scope, list[Binding]]] = module.cache.setdefault("by name", {})
    if name not in by_name:
        found: dict[Scope, list[Binding]] = defaultdict(list)
        for kind, node in sorted(_binding_nodes(module, name), key=lambda entry: _position(entry[1], module)):
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


def _binding_nodes(module: Module, name: str) -> Iterator[tuple[Kind, ast.AST]]:
    """What binds `name`, wherever in the file."""
    for alias in _imported(module).get(name, ()):
        yield Kind.STAR if name == STARS else Kind.IMPORT, alias
    if name == STARS:
        return
    for node in module.binding(name):
        if isinstance(node, ast.Name):
            yield Kind.DELETED if isinstance(node.ctx, ast.Del) else Kind.TARGET, node
        else:
            yield _BINDING[node.__class__], node


def _imported(module: Module) -> dict[str, list[ast.alias]]:
    """What the file imports, by the name it is bound to."""
    table: dict[str, list[ast.alias]] | None = module.cache.get("imported")
    if table is None:
        table = module.cache["imported"] = defaultdict(list)
        for statement in imports(module):
            for alias in statement.names:
                table[alias.asname or alias.name.partition(".")[0]].append(alias)
    return table


def _bound(name: str, kind: Kind, node: ast.AST, module: Module) -> Binding:
    if kind is Kind.PARAMETER:
        owner = module.above(module.above(node))
        return Binding(name, kind, node, cast("Scope", owner))
    parent = module.parent(node)
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
