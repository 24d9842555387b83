"""What is done with a value only where it is first asked for its type says what it may be, and not what it is."""

from __future__ import annotations

import ast

from bot.scan.names.arguments import word_of
from bot.scan.names.module import Module
from bot.scan.names.spelling import spelt

_ASKS = ("isinstance", "hasattr", "is_tensor")


def is_asked_first(value: ast.expr, module: Module) -> bool:
    """`if isinstance(x, Module): x.state_dict()` in a function that takes this and that: here it may be that.

    Of a list (`torch.cat([x, y])`) it is enough that one of its members is asked.
    """
    members = value.elts if isinstance(value, ast.List | ast.Tuple) else ()
    if any(is_asked_first(each, module) for each in members):
        return True
    text = ""
    for _, outer in module.around(value, ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda):
        if isinstance(outer, ast.If | ast.IfExp) and not _holds(outer.test, value):
            asked = [n.args[0] for n in ast.walk(outer.test) if isinstance(n, ast.Call) and n.args and _asks(n.func)]
            text = text or (spelt(value) if asked else "")
            if any(spelt(each) == text or _are_alike(each, value, module) for each in asked):
                return True
    return False


def _asks(function: ast.expr) -> bool:
    return word_of(function) in _ASKS


def _are_alike(one: ast.expr, other: ast.expr, module: Module) -> bool:
    """`for key, mine, theirs in ...`: what one of them is asked for is meant for the other as well."""
    if not (isinstance(one, ast.Name) and isinstance(other, ast.Name)):
        return False
    function = module.function(one)
    stores = (n for n in module.names(one.id) if isinstance(n.ctx, ast.Store) and module.function(n) is function)
    bound = (module.parent(store) for store in stores)
    return any(
        isinstance(each, ast.Tuple) and any(getattr(e, "id", "") == other.id for e in each.elts) for each in bound
    )


def _holds(node: ast.AST, part: ast.AST) -> bool:
    return any(each is part for each in ast.walk(node))
