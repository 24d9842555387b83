"""What stands in the place of torch.load once a module has replaced it: `torch.load = partial(torch.load, ...)`."""

from __future__ import annotations

import ast
from dataclasses import dataclass
from typing import TypeGuard

from bot.scan.names.evaluate import evaluate
from bot.scan.names.module import Module
from bot.scan.names.values import Constant, Function, Partial, Qualified, Unknown, Value
from bot.scan.names.writes import stands_around
from bot.scan.sites.holding import patches_torch, position


def is_made_safe(load: ast.expr, module: Module) -> bool:
    """Whether the module itself has replaced torch.load before by one that says True: at its top level, or in the
    function that loads.

    Where the original is put back, what stands before is safe: in the same function only, since another may be called
    at any time.
    """
    stores = _stores(module) if isinstance(load, ast.Attribute) else ()
    function = module.function(load) if stores else None
    if any(function in store.inside for store in stores):
        return False
    here = [store for store in stores if module.function(store.statement) is function]
    before = [store for store in here if position(store.statement) < position(load)]
    first = max((i for i, s in enumerate(before) if stands_around(s.statement, load, module)), default=None)
    if first is not None:
        return all(store.safe for store in before[first:])
    top = [store for store in stores if store.statement in module.tree.body]
    safe = bool(stores) and top == stores and all(store.safe for store in top)
    return safe and position(top[-1].statement) < position(load)


@dataclass(frozen=True, slots=True)
class _Store:
    """An assignment to torch.load; `safe` when what it puts there says True, `inside` the functions that are that."""

    statement: ast.stmt
    safe: bool
    inside: frozenset[ast.AST]


def _stores(module: Module) -> list[_Store]:
    """Every replacement of torch.load in the file, in order; worked out once."""
    known: list[_Store] | None = module.cache.get("replacements")
    if known is None:
        known = module.cache["replacements"] = []
        for target in module.attributes("load"):
            statement = module.statement(target) if isinstance(target.ctx, ast.Store) else None
            if statement is not None and patches_torch(target, module):
                whole = isinstance(statement, ast.Assign) and target in statement.targets
                values = evaluate(statement.value, module) if whole else (Unknown(),)  # type: ignore[attr-defined]
                inside = frozenset(value.node for value in values if isinstance(value, Function))
                known.append(_Store(statement, all(map(_says_true, values)), inside))
        known.sort(key=lambda store: position(store.statement))
    return known


def _says_true(value: Value) -> bool:
    return not isinstance(value, Qualified | Constant) and verdict(value) is False


def verdict(value: Value) -> bool | None:
    """True when the replacement passes False; False for the original, a fake or one that passes True; else None."""
    if isinstance(value, Qualified | Constant):
        return False
    if isinstance(value, Partial):
        given = [k.value for k in value.call.keywords if k.arg == "weights_only"]
        return _sum([said for expression in given for said in constants(expression, value.module)])
    if isinstance(value, Function):
        return _sum(_passed(value))
    return None


def _sum(said: list[bool | None]) -> bool | None:
    if False in said:
        return True
    return False if said and all(said) else None


def _passed(function: Function) -> list[bool | None]:
    """Each thing a replacement says of weights_only: as a keyword, in a dict, by `kwargs["weights_only"] = ...`."""
    module, found = function.module, []
    for node in ast.walk(function.node):
        if (isinstance(node, ast.keyword) and node.arg == "weights_only") or _writes_key(node):
            found += constants(node.value, module)
        elif isinstance(node, ast.Call) and _is_setdefault(node):
            found += constants(node.args[1], module)
        elif isinstance(node, ast.Dict):
            pairs = zip(node.keys, node.values, strict=True)
            named = [v for k, v in pairs if isinstance(k, ast.Constant) and k.value == "weights_only"]
            found += [said for value in named for said in constants(value, module)]
    return found


def _writes_key(node: ast.AST) -> TypeGuard[ast.Assign]:
    targets = node.targets if isinstance(node, ast.Assign) else []
    keys = [target.slice for target in targets if isinstance(target, ast.Subscript)]
    return any(isinstance(key, ast.Constant) and key.value == "weights_only" for key in keys)


def _is_setdefault(call: ast.Call) -> bool:
    named = isinstance(call.func, ast.Attribute) and call.func.attr == "setdefault" and len(call.args) == 2
    return named and isinstance(call.args[0], ast.Constant) and call.args[0].value == "weights_only"


def constants(expression: ast.expr, module: Module) -> list[bool | None]:
    """True, False, or None for what is no constant; a parameter counts as its default."""
    values = [v for each in evaluate(expression, module) for v in (getattr(each, "default", ()) or (each,))]
    return [bool(value.value) if isinstance(value, Constant) else None for value in values]
