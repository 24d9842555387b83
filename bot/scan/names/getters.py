"""The getters of `operator`: `attrgetter("load")(torch)`, `itemgetter("load")(vars(torch))`, `methodcaller`."""

from __future__ import annotations

import ast
from collections.abc import Iterable

from bot.scan.names.attributes import attribute_of, looked_up
from bot.scan.names.dicts import key_of
from bot.scan.names.module import Module
from bot.scan.names.values import Constant, Dictionary, Evaluate, Getter, Qualified, Sequence, Unknown, Value


def attribute_getter(call: ast.Call, module: Module, of: Evaluate) -> Iterable[Value]:
    """`operator.attrgetter(...)` itself."""
    names = [str(v.value) for a in call.args for v in of(a, module) if isinstance(v, Constant)]
    if len(call.args) > 1:
        return (Getter("", others=tuple(names)),)
    return [Getter(name) for name in names] or (Unknown(),)


def method_caller(call: ast.Call, module: Module, of: Evaluate) -> Iterable[Value]:
    """`operator.methodcaller(...)` itself."""
    names = [v.value for a in call.args[:1] for v in of(a, module) if isinstance(v, Constant)]
    return [Getter(name, call) for name in names if isinstance(name, str)] or (Unknown(),)


def item_getter(call: ast.Call, module: Module, of: Evaluate) -> Iterable[Value]:
    """`operator.itemgetter(...)` itself."""
    keys = [key_of(of(a, module)) for a in call.args[:1]]
    return [Getter(key, item=True) for key in keys if isinstance(key, str)] or (Unknown(),)


def got(getter: Getter, call: ast.Call, module: Module, of: Evaluate) -> Iterable[Value]:
    """What a getter gives where it is called. What a methodcaller's method gives is nobody's business here."""
    if getter.call is not None or not call.args:
        return (Unknown(),)
    bases = of(call.args[0], module)
    if getter.item:
        return [v for base in bases for v in _item(base, getter.attribute)] or (Unknown(),)
    if getter.others:
        return (Sequence(tuple(_dotted(bases, name, of) for name in getter.others)),)
    return _dotted(bases, getter.attribute, of)


def _item(base: Value, key: str) -> Iterable[Value]:
    if isinstance(base, Dictionary):
        return base.get(key)[0]
    return (looked_up(base, key),) if isinstance(base, Qualified) else ()


def _dotted(bases: tuple[Value, ...], names: str, of: Evaluate) -> tuple[Value, ...]:
    found = bases
    for name in names.split("."):
        found = tuple(v for base in found for v in attribute_of(base, name, of))
    return found
