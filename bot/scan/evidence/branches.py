"""The other branches of one load: what they say of `weights_only` is meant for this one as well.

`if url: state = torch.hub.load_state_dict_from_url(url, weights_only=True)`, `else: state = torch.load(path)`: both
give the same thing to the same name.
"""

from __future__ import annotations

import ast

from bot.scan.names.module import Module


def says_true_beside(call: ast.Call, module: Module) -> int | None:
    """The line of another load whose result takes the place of this one's, with `weights_only=True` written out."""
    statement, function = module.statement(call), module.function(call)
    if function is None or not isinstance(statement, ast.Assign | ast.Return):
        return None
    others = (n for n in module.of(ast.Call, "weights_only") if n is not call and module.function(n) is function)
    return next((other.lineno for other in others if _stands_for(other, call, statement, module)), None)


def _stands_for(other: ast.Call, call: ast.Call, statement: ast.Assign | ast.Return, module: Module) -> bool:
    where = module.statement(other)
    if where is statement or where.__class__ is not statement.__class__ or _same_load(other, call):
        return False
    if not any(k.arg == "weights_only" and _is_true(k.value) for k in other.keywords):
        return False
    if isinstance(statement, ast.Return) or not isinstance(where, ast.Assign):
        return True
    return [ast.unparse(t) for t in where.targets] == [ast.unparse(t) for t in statement.targets]


def _same_load(one: ast.Call, other: ast.Call) -> bool:
    """The same file by the same function: one of two ways to load it, of which this is the unsafe one."""
    given = [ast.unparse(call.args[0]) if call.args else "" for call in (one, other)]
    return given[0] == given[1] and ast.unparse(one.func) == ast.unparse(other.func)


def _is_true(value: ast.expr) -> bool:
    return isinstance(value, ast.Constant) and value.value is True
