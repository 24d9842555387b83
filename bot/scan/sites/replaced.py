"""What stands in the place of torch.load once a module has replaced it: `torch.load = partial(torch.load, ...)`."""

from __future__ import annotations

import ast
from typing import TypeGuard

from bot.scan.names.evaluate import evaluate
from bot.scan.names.module import Module
from bot.scan.names.values import Constant, Function, Partial, Qualified, Value
from bot.scan.sites.holding import patches_torch, position


def is_made_safe(load: ast.expr, module: Module) -> bool:
    """Whether the module itself has replaced torch.load before, at its top level, by one that says True."""
    if not isinstance(load, ast.Attribute):
        return False
    if "made safe" not in module.cache:
        module.cache["made safe"] = _made_safe(module)
    known: tuple[tuple[int, int], frozenset[ast.AST]] | None = module.cache["made safe"]
    return known is not None and known[0] < position(load) and module.function(load) not in known[1]


def _made_safe(module: Module) -> tuple[tuple[int, int], frozenset[ast.AST]] | None:
    """Where the last replacement stands, and the functions that replace; None unless each of them says True."""
    stores = [s for s in module.attributes("load") if isinstance(s.ctx, ast.Store) and patches_torch(s, module)]
    statements = [module.parent(store) for store in stores]
    if not stores or not all(isinstance(s, ast.Assign) and s in module.tree.body for s in statements):
        return None
    values = [v for s in statements if isinstance(s, ast.Assign) for v in evaluate(s.value, module)]
    inside = frozenset(value.node for value in values if isinstance(value, Function))
    return (max(map(position, stores)), inside) if all(_says_true(value) for value in values) else None


def _says_true(value: Value) -> bool:
    return not isinstance(value, Qualified) and verdict(value) is False


def verdict(value: Value) -> bool | None:
    """True when the replacement passes False; False for the original, a fake or one that passes True; else None."""
    if isinstance(value, Qualified):
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
