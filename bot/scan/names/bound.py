"""From a binding to what it binds: imports, assignments, unpacking, loops, parameters, definitions."""

from __future__ import annotations

import ast
from collections.abc import Iterable
from typing import cast

from bot.scan.names.contents import as_dict
from bot.scan.names.executed import executed
from bot.scan.names.imports import imported_module, imported_name, whole_name
from bot.scan.names.lookup import exported
from bot.scan.names.module import Module
from bot.scan.names.parameters import elements, item_given, parameter_values
from bot.scan.names.scopes import Binding, Kind
from bot.scan.names.set_names import set_modules, set_names
from bot.scan.names.values import (
    AnyKey,
    Class,
    Dictionary,
    Evaluate,
    Function,
    Instance,
    Item,
    Parameter,
    ProjectModule,
    Qualified,
    Sequence,
    Unknown,
    Value,
)

LONGEST = 1_000
"""Items of a list or dict beyond which it is only asked what may be in it."""
_ENTERS_ITS_ARGUMENT = frozenset({"contextlib.nullcontext", "contextlib.closing"})


def bound_values(binding: Binding, module: Module, of: Evaluate) -> Iterable[Value]:
    """What one binding can make its name stand for."""
    node = binding.node
    if isinstance(node, ast.alias):
        return _imported(binding, node, module, of)
    if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
        return (Function(node, module),)
    if isinstance(node, ast.ClassDef):
        return (Class(node, module),)
    if isinstance(node, ast.arg):
        return parameter_values(node, module, of)
    if binding.kind is Kind.TARGET and isinstance(node, ast.Name):
        return target_values(node, module, of)
    if binding.kind is Kind.UPDATED:
        statement = module.parent(node)
        if isinstance(statement, ast.AugAssign) and isinstance(statement.op, ast.BitOr | ast.Add):
            return _merged(of(statement.target, module), of(statement.value, module))
    if binding.kind is Kind.SET:
        return [v for at, value in set_names(module)[binding.name] if at is node for v in of(value, module)]
    if binding.kind is Kind.EXECUTED:
        run = [each.inner for each in executed(module) if each.call is node]
        return [v for inner in run for v in export_values(binding.name, inner, of)]
    if isinstance(node, ast.MatchAs) and node.pattern is None:
        return _captured(node, module, of)
    return (Unknown(binding.name),)


name_values = bound_values


def export_values(name: str, module: Module, of: Evaluate) -> list[Value]:
    """What `from module import name` brings: a name of the module, or a module below it."""
    asked = ("exporting", name)
    if asked in module.cache:
        return [Unknown(name)]  # modules that import the name from each other: physicsnemo's packages do
    module.cache[asked] = True
    try:
        found = [v for b in exported(name, module) for v in bound_values(b, module, of)]
    finally:
        del module.cache[asked]
    if not found and module.project:
        below = module.project.resolve(name, module.path, 1)
        found = [ProjectModule(below)] if below and module.path.endswith("__init__.py") else []
    return found or made_when_asked(name, module, of) or [Unknown(name)]


def made_when_asked(name: str, module: Module, of: Evaluate, *, owner: ast.ClassDef | None = None) -> list[Value]:
    """What the `__getattr__` of a module, or of a class, gives for `name`: `import_module("torch")`,
    `getattr(torch, name)`.
    """
    found: list[Value] = []
    for function in [b.node for b in exported("__getattr__", module, owner) if isinstance(b.node, ast.FunctionDef)]:
        asked = function.args.args[-1].arg if function.args.args else ""
        for given in results(module).get(function, ()):
            if isinstance(given, ast.Call) and len(given.args) > 1 and getattr(given.args[1], "id", "") == asked:
                owners = [v for v in of(given.args[0], module) if isinstance(v, Qualified)]
                found += [Qualified(whole_name(f"{v.name}.{name}"), v.ambiguous) for v in owners]
            else:
                found += [v for v in of(given, module) if isinstance(v, Qualified) and v.name.endswith(name)]
    return found


def _captured(node: ast.MatchAs, module: Module, of: Evaluate) -> Iterable[Value]:
    """`case name:` is what is matched, `case (first, second):` an item of it."""
    path: list[int | slice | None] = []
    child: ast.AST = node
    parent = module.parent(child)
    while isinstance(parent, ast.MatchSequence) and not any(isinstance(p, ast.MatchStar) for p in parent.patterns):
        path.insert(0, parent.patterns.index(cast(ast.pattern, child)))
        child, parent = parent, module.parent(parent)
    match = module.parent(parent) if isinstance(parent, ast.match_case) else None
    values: Iterable[Value] = of(match.subject, module) if isinstance(match, ast.Match) else (Unknown(),)
    for index in path:
        values = [v for value in values for v in _unpacked(value, index)]
    return values


def _imported(binding: Binding, alias: ast.alias, module: Module, of: Evaluate) -> Iterable[Value]:
    statement = module.above(alias)
    asked = alias.name if isinstance(statement, ast.Import) else getattr(statement, "module", "")
    if asked in set_modules(module):
        found = [v for value in set_modules(module)[asked] for v in of(value, module)]
        whole = isinstance(statement, ast.Import)
        return found if whole else [Qualified(f"{v.name}.{alias.name}") for v in found if isinstance(v, Qualified)]
    if isinstance(statement, ast.Import):
        return (imported_module(alias.name if alias.asname else alias.name.partition(".")[0], module),)
    if not isinstance(statement, ast.ImportFrom):
        return (Unknown(binding.name),)
    source = imported_name(statement, binding.name if binding.kind is Kind.STAR else alias.name, module)
    if isinstance(source, tuple):
        return export_values(source[1], source[0], of)
    return (source,)


def target_values(target: ast.expr, module: Module, of: Evaluate) -> Iterable[Value]:
    """What an assignment, loop or walrus puts into `target`, through any unpacking."""
    path: list[int | slice | None] = []
    child: ast.AST = target
    parent = module.parent(child)
    while isinstance(parent, ast.Tuple | ast.List | ast.Starred):
        if not isinstance(parent, ast.Starred):
            path.insert(0, _place(parent.elts, child))
        child, parent = parent, module.parent(parent)
    if isinstance(parent, ast.Assign | ast.AnnAssign | ast.NamedExpr) and child is not parent.value:
        values: Iterable[Value] = of(parent.value, module) if parent.value is not None else ()
    elif isinstance(parent, ast.For | ast.AsyncFor | ast.comprehension) and child is parent.target:
        values = [v for value in of(parent.iter, module) for v in elements(value)]
    elif isinstance(parent, ast.withitem):
        values = _entered(parent.context_expr, module, of)
    else:
        return (Unknown(),)
    for index in path:
        values = [v for value in values for v in _unpacked(value, index)]
    return values


def _merged(before: Iterable[Value], added: Iterable[Value]) -> Iterable[Value]:
    """`options |= {...}`, `readers += [...]`."""
    return [joined(old, new) or Unknown() for old in before for new in added]


def joined(first: Value, second: Value) -> Value | None:
    """Two dicts or two lists as one; of a very long one, which a line like `x = x + x` makes, only what is in it."""
    first, second = as_dict(first), as_dict(second)
    if isinstance(first, Dictionary) and isinstance(second, Dictionary):
        if len(first.items) + len(second.items) > LONGEST:
            return Dictionary((Item(AnyKey.ANY, some_of((*first.all_values(), *second.all_values()))),))
        return Dictionary((*first.items, *second.items))
    if isinstance(first, Sequence) and isinstance(second, Sequence):
        items = (*first.items, *second.items)
        return Sequence(items if len(items) <= LONGEST else (some_of(v for item in items for v in item),))
    return None


def some_of(values: Iterable[Value]) -> tuple[Value, ...]:
    """Each once, as many as anybody looks at."""
    return tuple(dict.fromkeys(values))[:LONGEST]


def _place(targets: list[ast.expr], target: ast.AST) -> int | slice | None:
    """Which items of what is unpacked reach `target`: counted from the end behind a star."""
    index = next(i for i, each in enumerate(targets) if each is target)
    star = next((i for i, each in enumerate(targets) if isinstance(each, ast.Starred)), len(targets))
    if index == star:
        return slice(index, index + 1 - len(targets) or None)
    return index if index < star else index - len(targets)


def _entered(entered: ast.expr, module: Module, of: Evaluate) -> Iterable[Value]:
    """`with x as name`: what `__enter__` returns, a context manager's generator yields, or nullcontext was given."""
    if isinstance(entered, ast.Call):
        functions = of(entered.func, module)
        if entered.args and any(isinstance(f, Qualified) and f.name in _ENTERS_ITS_ARGUMENT for f in functions):
            return of(entered.args[0], module)
        given = [e for f in functions if isinstance(f, Function) for e in _yields(f)]
        if given:
            return [v for expression, owner in given for v in of(expression, owner)]
    return [v for value in of(entered, module) for v in _self_or_given(value, of)]


def _yields(function: Function) -> Iterable[tuple[ast.expr, Module]]:
    return [(e, function.module) for e in yielded(function.module).get(function.node, ())]


def _self_or_given(value: Value, of: Evaluate) -> Iterable[Value]:
    if not isinstance(value, Instance):
        return (Unknown(),)
    owner = value.of.module
    methods = [b.node for name in ("__enter__", "__aenter__") for b in exported(name, owner, value.of.node)]
    return [v for m in methods for r in results(owner).get(m, ()) for v in of(r, owner)] or (value,)


def _unpacked(value: Value, index: int | slice | None) -> Iterable[Value]:
    if isinstance(value, Sequence) and isinstance(index, slice):
        return (Sequence(value.items[index]),)
    if isinstance(value, Sequence) and isinstance(index, int) and -len(value.items) <= index < len(value.items):
        return value.items[index]
    if isinstance(value, Parameter) and isinstance(index, int):
        return (item_given(value, index) or Unknown(),)
    if isinstance(value, Qualified) and value.name.partition(".")[0] == "torch" and index == 0:
        return (value,)  # `torch, has_torch = optional_import("torch")`
    return (Unknown(),)


def results(module: Module) -> dict[ast.AST | None, list[ast.expr]]:
    """What each function of the module returns."""
    return _given("results", module.of(ast.Return), module)


def yielded(module: Module) -> dict[ast.AST | None, list[ast.expr]]:
    """What each generator of the module yields."""
    if "yielded" in module.cache:
        known: dict[ast.AST | None, list[ast.expr]] = module.cache["yielded"]
        return known
    found = _given("yielded", module.of(ast.Yield, "yield"), module)
    for node in module.of(ast.YieldFrom, "yield") if "yield from" in module.source.text else ():
        items = node.value.elts if isinstance(node.value, ast.List | ast.Tuple) else []
        found.setdefault(module.function(node), []).extend(items)
    return found


def _given(key: str, nodes: Iterable[ast.Return | ast.Yield], module: Module) -> dict[ast.AST | None, list[ast.expr]]:
    table: dict[ast.AST | None, list[ast.expr]] | None = module.cache.get(key)
    if table is None:
        table = module.cache[key] = {}
        for node in nodes:
            if node.value is not None:
                table.setdefault(module.function(node), []).append(node.value)
    return table
