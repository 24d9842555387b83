"""What methods of dicts, of texts and of modules give: `options.get("weights_only")`, `sys.modules.get("torch")`."""

from __future__ import annotations

import ast
from collections.abc import Iterable
from typing import cast

from bot.scan.names import folding
from bot.scan.names.attributes import attribute_of, looked_up
from bot.scan.names.dicts import key_of, or_default
from bot.scan.names.module import Module
from bot.scan.names.values import Constant, Dictionary, Evaluate, ProjectModule, Qualified, Sequence, Unknown, Value


def method_values(base: Value, call: ast.Call, module: Module, of: Evaluate) -> Iterable[Value]:
    """Methods of dicts and of text."""
    name = cast(ast.Attribute, call.func).attr
    if isinstance(base, Dictionary):
        return _dict_method(base, name, call, module, of)
    if isinstance(base, Constant) and not call.keywords:
        given = [of(a, module) for a in call.args]
        if name in folding.SPLITS and all(len(g) == 1 for g in given):
            return folding.split(base.value, name, [g[0] for g in given])
        made = folding.method(base.value, name, [g[0] for g in given]) if all(len(g) == 1 for g in given) else None
        return (made,) if made is not None else ()
    if isinstance(base, Sequence) and name in ("pop", "copy", "__iter__"):
        return [v for item in base.items for v in item] if name == "pop" else (base,)
    if isinstance(base, ProjectModule) and name == "load_module":
        return (base,)
    if isinstance(base, Qualified) and call.args:
        return _by_method(base, name, call, module, of)
    return ()


def _by_method(base: Qualified, name: str, call: ast.Call, module: Module, of: Evaluate) -> Iterable[Value]:
    """`torch.__getattribute__("load")`, `sys.modules.get("torch")`, `torch.__dict__.get("load")`."""
    owners: tuple[Value, ...] = (base,)
    key = key_of(of(call.args[-1 if base.name == "builtins.object" else 0], module))
    if base.name == "builtins.object":
        owners = of(call.args[0], module)
    if not isinstance(key, str):
        return (Unknown(),)
    if name in ("__getattribute__", "__getattr__"):
        return [v for owner in owners for v in attribute_of(owner, key, of)]
    if name in ("get", "__getitem__", "pop"):
        return (looked_up(base, key),)
    return ()


def _dict_method(base: Dictionary, name: str, call: ast.Call, module: Module, of: Evaluate) -> Iterable[Value]:
    if name in ("get", "pop", "setdefault", "__getitem__") and call.args:
        key = key_of(of(call.args[0], module))
        default = of(call.args[1], module) if len(call.args) > 1 else ()
        there, sure = (base.all_values(), False) if key is not None and not isinstance(key, str) else base.get(key)
        if (
            not base.complete and default and not sure
        ):  # a caller may have put something there: as with a parameter's default
            return or_default(there, default)
        return there if sure else (*there, *default) or (Unknown(),)
    if name == "copy":
        return (base,)
    if name == "values":
        return (Sequence(tuple(item.values for item in base.items)),)
    if name == "items":
        pairs = [Sequence(((Constant(i.key if isinstance(i.key, str) else None),), i.values)) for i in base.items]
        return (Sequence(tuple((pair,) for pair in pairs)),)
    return (Unknown(),)
