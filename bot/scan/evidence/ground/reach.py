"""From a name being bound to the places where that binding is read."""

from __future__ import annotations

import ast
import itertools
from collections.abc import Iterator

from bot.scan.names.module import Comprehension, Definition, Module, Scope

_LOOPS = (ast.For, ast.AsyncFor, ast.While)


def reads_of(target: ast.Name, module: Module) -> Iterator[ast.Name]:
    """Each load of the name that may see what `target` was just bound to; flow by position, loops and branches."""
    scope = module.scope(target)
    reads, stores = _owned(target.id, scope, module)
    others = [store for store in stores if store is not target]
    for read in reads:
        if _sees(read, target, others, module, scope):
            yield read


def reads_in_scope(name: str, scope: Scope, module: Module) -> list[ast.Name]:
    """Every load of a name that `scope` owns, whenever it runs."""
    return _owned(name, scope, module)[0]


def reads_of_parameter(name: str, function: Definition | ast.Lambda, module: Module) -> Iterator[ast.Name]:
    """Each load of a parameter before it is bound anew."""
    reads, stores = _owned(name, function, module)
    for read in reads:
        if not any(_kills(store, None, read, module) for store in stores):
            yield read


def reads_of_capture(name: str, pattern: ast.pattern, module: Module) -> Iterator[ast.Name]:
    """Each load of a name that a `case` binds, in that case or behind the whole `match`."""
    case = next(node for node in _chain(pattern, module) if isinstance(node, ast.match_case))
    place = (pattern.lineno, pattern.col_offset)
    for read in _owned(name, module.scope(pattern), module)[0]:
        other = next((n for n in _chain(read, module) if isinstance(n, ast.match_case)), case)
        apart = other is not case and module.parent(other) is module.parent(case)
        if (read.lineno, read.col_offset) > place and not apart:
            yield read


def is_shared(name: ast.Name, module: Module) -> bool:
    """Whether no function around binds the name: it is the module's, and so what is kept in it is there for all."""
    scope = module.scope(name)
    while not isinstance(scope, ast.Module):
        if _binds(scope, name.id, module):
            return False
        scope = module.scope(scope)
    return True


def outer_scope(name: str, function: Definition | ast.Lambda, module: Module) -> Scope:
    """The scope around `function` that binds a name it declares `nonlocal`."""
    scope = module.scope(function)
    while not isinstance(scope, ast.Module) and not _binds(scope, name, module):
        scope = module.scope(scope)
    return scope


def loads_in(function: Definition | ast.Lambda | None, name: str, module: Module) -> list[ast.Name]:
    """Each load of a name in one function, scopes of comprehensions included; asked often, so kept."""
    known: dict[tuple[ast.AST | None, str], list[ast.Name]] = module.cache.setdefault("evidence.loads", {})
    if (function, name) not in known:
        loads = (n for n in module.names_in(function or module.tree, name) if isinstance(n.ctx, ast.Load))
        known[function, name] = [n for n in loads if module.function(n) is function]
    return known[function, name]


def _owned(name: str, scope: Scope, module: Module) -> tuple[list[ast.Name], list[ast.Name]]:
    """The loads and the stores of a name that stand in `scope`, or inside it where no scope binds the name itself."""
    known: dict[tuple[str, Scope], tuple[list[ast.Name], list[ast.Name]]] = module.cache.setdefault("evidence.own", {})
    if (name, scope) not in known:
        own = [n for n in module.names_in(scope, name) if _owner(n, scope, module)]
        loads, stores = ([n for n in own if isinstance(n.ctx, kind)] for kind in (ast.Load, ast.Store))
        known[name, scope] = loads, stores
    return known[name, scope]


def _owner(name: ast.Name, scope: Scope, module: Module) -> bool:
    """Whether `name` stands in `scope`, or in a scope inside it that does not bind the name itself."""
    current: Scope = module.scope(name)
    while current is not scope:
        if isinstance(current, ast.Module) or _binds(current, name.id, module):
            return False
        current = module.scope(current)
    return True


def _binds(scope: Scope, name: str, module: Module) -> bool:
    """Whether the scope itself binds the name; asked often, so worked out once for a module."""
    known: dict[str, set[ast.AST]] = module.cache.setdefault("evidence.binders", {})
    if name not in known:
        known[name] = {module.scope(n) for n in module.written(name) if isinstance(n.ctx, ast.Store)}
    if scope in known[name]:
        return True
    return isinstance(scope, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda) and name in _parameters(scope)


def _parameters(function: Definition | ast.Lambda) -> set[str]:
    arguments = function.args
    every = [*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs, arguments.vararg, arguments.kwarg]
    return {a.arg for a in every if a is not None}


def _sees(read: ast.Name, target: ast.Name, stores: list[ast.Name], module: Module, scope: Scope) -> bool:
    if module.scope(read) is not scope and module.function(read) is not module.function(target):
        return True  # a function inside runs later, whenever that is
    if isinstance(scope, Comprehension):
        return True
    bound, place = _bound_at(target, module), (read.lineno, read.col_offset)
    if place < bound:
        return any(not _bound_anew(loop, stores, read, module) for loop in _shared_loops(target, read, module))
    if in_other_branch(target, read, module):
        return False
    return not any(_kills(s, target, read, module) for s in stores)


def _bound_at(target: ast.Name, module: Module) -> tuple[int, int]:
    statement = module.statement(target)
    if isinstance(statement, ast.Assign | ast.AnnAssign | ast.AugAssign):
        return (statement.end_lineno or 0, statement.end_col_offset or 0)
    return (target.end_lineno or 0, target.end_col_offset or 0)


def _kills(store: ast.Name, target: ast.Name | None, read: ast.Name, module: Module) -> bool:
    """Whether `store` certainly happens between the binding and the read."""
    statement = module.statement(store)
    if statement is None or isinstance(statement, ast.AugAssign):
        return False
    if target is not None and (_bound_at(store, module) <= _bound_at(target, module)):
        return False
    if _bound_at(store, module) > (read.lineno, read.col_offset):
        return False
    if isinstance(statement, ast.For | ast.AsyncFor):
        return _inside(read, statement, module) and read is not statement.iter
    block = module.parent(statement)
    return block is not None and _inside(read, block, module) and not in_other_branch(store, read, module)


def _inside(node: ast.AST, ancestor: ast.AST, module: Module) -> bool:
    current: ast.AST | None = node
    while current is not None:
        if current is ancestor:
            return True
        current = module.parent(current)
    return False


def _chain(node: ast.AST, module: Module) -> list[ast.AST]:
    chain: list[ast.AST] = []
    current: ast.AST | None = node
    while current is not None:
        chain.append(current)
        current = module.parent(current)
    return chain


def _shared_loops(first: ast.AST, second: ast.AST, module: Module) -> list[ast.AST]:
    loops = {n for n in _chain(first, module) if isinstance(n, _LOOPS)}
    return [n for n in _chain(second, module) if n in loops]


def _bound_anew(loop: ast.AST, stores: list[ast.Name], read: ast.Name, module: Module) -> bool:
    """Whether each turn of the loop binds the name again before the read."""
    return any(_inside(store, loop, module) and _kills(store, None, read, module) for store in stores)


def in_other_branch(first: ast.AST, second: ast.AST, module: Module) -> bool:
    """Whether the two stand in branches of one `if` of which only one runs."""
    below = {}
    chain = _chain(first, module)
    for child, parent in itertools.pairwise(chain):
        below[parent] = child
    chain = _chain(second, module)
    for child, parent in itertools.pairwise(chain):
        if parent in below and below[parent] is not child:
            if not isinstance(parent, ast.If):
                return False
            return (below[parent] in parent.body) != (child in parent.body) and parent.test not in (
                child,
                below[parent],
            )
    return False


def is_called(function: ast.expr, module: Module) -> bool:
    """Whether an expression is what a call calls."""
    call = module.parent(function)
    return isinstance(call, ast.Call) and call.func is function
