"""Names that are set as items of a dict: `globals()["th"] = torch`, `globals().update(th=torch)`, or for all modules:
`builtins.th = torch`; and modules put where `import` looks first: `sys.modules["th"] = torch`.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

from bot.scan.names.module import Module

_ITSELF = "sys.modules[__name__]"
_WAYS = ("globals()", "locals()", "builtins.", _ITSELF)
Set = tuple[ast.AST, ast.expr]
"""Where a name is set, and to what."""


def set_names(module: Module) -> dict[str, list[Set]]:
    """Every name that the file sets so; worked out once."""
    table: dict[str, list[Set]] | None = module.cache.get("set names")
    if table is None:
        table = module.cache["set names"] = {}
        if any(word in module.source.text for word in _WAYS):
            for name, node, value in _found(module):
                table.setdefault(name, []).append((node, value))
    return table


def set_modules(module: Module) -> dict[str, list[ast.expr]]:
    """What the file puts into `sys.modules`, under which names; worked out once."""
    table: dict[str, list[ast.expr]] | None = module.cache.get("set modules")
    if table is None:
        table = module.cache["set modules"] = {}
        for holder in module.attributes("modules") if "sys.modules" in module.source.text else ():
            item = module.parent(holder)
            statement = module.parent(item) if isinstance(item, ast.Subscript) else None
            if isinstance(item, ast.Subscript) and isinstance(statement, ast.Assign) and item in statement.targets:
                key = item.slice.value if isinstance(item.slice, ast.Constant) else None
                table.setdefault(str(key), []).append(statement.value)
    return table


def _found(module: Module) -> Iterator[tuple[str, ast.AST, ast.expr]]:
    at_the_top = (name for name in module.names("locals") if module.scope(name) is module.tree)
    for function in (*module.names("globals"), *at_the_top):
        call = module.parent(function)
        around = module.parent(call) if isinstance(call, ast.Call) and call.func is function else None
        if isinstance(around, ast.Subscript) and isinstance(around.ctx, ast.Store):
            statement = module.parent(around)
            if isinstance(statement, ast.Assign) and isinstance(around.slice, ast.Constant):
                yield str(around.slice.value), around, statement.value
        elif isinstance(around, ast.Attribute) and around.attr == "update":
            update = module.parent(around)
            if isinstance(update, ast.Call) and update.func is around:
                yield from ((name, update, value) for name, value in names_updated(update))
    for setter in module.names("setattr") if _ITSELF in module.source.text else ():
        call = module.parent(setter)
        if (
            isinstance(call, ast.Call)
            and call.func is setter
            and len(call.args) == 3
            and _is_itself(call.args[0], module)
        ):
            name = call.args[1]
            yield from ((str(name.value), call, call.args[2]),) if isinstance(name, ast.Constant) else ()
    for holder in module.names("builtins"):
        target = module.parent(holder)
        statement = module.parent(target) if isinstance(target, ast.Attribute) else None
        if isinstance(target, ast.Attribute) and isinstance(statement, ast.Assign) and target in statement.targets:
            yield target.attr, target, statement.value


def _is_itself(holder: ast.expr, module: Module) -> bool:
    """`sys.modules[__name__]`, or a name that is given to it once."""
    statement = module.only_binding(holder.id) if isinstance(holder, ast.Name) else None
    return ast.unparse(statement.value if isinstance(statement, ast.Assign) else holder) == _ITSELF


def names_updated(update: ast.Call) -> Iterator[tuple[str, ast.expr]]:
    """What `update(th=torch)`, `update({"th": torch})` sets."""
    yield from ((k.arg, k.value) for k in update.keywords if k.arg)
    for given in update.args:
        pairs = zip(given.keys, given.values, strict=True) if isinstance(given, ast.Dict) else ()
        yield from ((str(key.value), value) for key, value in pairs if isinstance(key, ast.Constant))
