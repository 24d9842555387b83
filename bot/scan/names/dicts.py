"""Dicts and lists filled after they are made: `options["weights_only"] = True`, `update`, `setdefault`, `append`."""

from __future__ import annotations

import ast
from collections.abc import Iterable
from collections.abc import Sequence as Several
from dataclasses import replace

from bot.scan.names.arguments import argument_of, parameter_given
from bot.scan.names.bound import LONGEST, export_values, some_of, target_values
from bot.scan.names.contents import as_dict
from bot.scan.names.executed import names_bound
from bot.scan.names.lookup import exported, find_bindings
from bot.scan.names.module import Module
from bot.scan.names.scopes import Binding, Kind
from bot.scan.names.values import (
    AnyKey,
    Constant,
    Dictionary,
    Evaluate,
    Function,
    Item,
    Parameter,
    Sequence,
    Unknown,
    Value,
)
from bot.scan.names.writes import (
    PUTS,
    call_given,
    code_into,
    handed_before,
    items_written,
    method_call,
    places_written,
    surely,
    where_missing,
    writes_before,
)

_DEEP = 4
"""Dicts inside dicts beyond which nobody follows what is put into them."""


def key_of(values: tuple[Value, ...]) -> object:
    """The one constant a key is, or ANY."""
    if len(values) == 1 and isinstance(values[0], Constant):
        return values[0].value
    return AnyKey.ANY


def spread(values: tuple[Value, ...]) -> tuple[Item, ...]:
    """The entries that `**value` brings. Several possible dicts: each entry may be there."""
    values = tuple(map(as_dict, values))
    known = [v for v in values if isinstance(v, Dictionary)]
    if len(known) == 1 and len(values) == 1:
        return known[0].items
    unknown = () if len(known) == len(values) else (Item(AnyKey.ANY, ()),)
    return (*unknown, *(replace(i, sure=False) for d in known for i in d.items))


def items_of(values: tuple[Value, ...]) -> tuple[Item, ...]:
    """The entries that `dict(values)` has: those of a dict, or pairs."""
    pairs = values[0].items if len(values) == 1 and isinstance(values[0], Sequence) else ()
    return tuple(_pair(p) for p in pairs) if pairs else spread(values)


def _pair(values: tuple[Value, ...]) -> Item:
    if len(values) == 1 and isinstance(values[0], Sequence) and len(values[0].items) == 2:
        return Item(key_of(values[0].items[0]), values[0].items[1])
    return Item(AnyKey.ANY, ())


def with_updates(
    values: Several[Value], use: ast.Name, found: tuple[tuple[Module, Binding], ...], of: Evaluate
) -> Iterable[Value]:
    """`values` of the name at `use`, with what was written into them since they were bound."""
    if not any(isinstance(v, Dictionary | Sequence | Parameter) for v in values):
        return values
    owner = found[0][0]
    here = writes_before(use, found)
    if here is None:
        return [Dictionary((Item(AnyKey.ANY, ()),)) if isinstance(v, Dictionary) else v for v in values]
    if any(isinstance(v, Dictionary) for v in values):
        fills = [name for name in handed_before(use, owner) if _fillers(name, owner, of)]
        here = sorted((*here, *fills), key=lambda write: (write.lineno, write.col_offset)) if fills else here
    return [_updated(value, here, use, owner, of) for value in values] if here else values


def _fillers(name: ast.Name, module: Module, of: Evaluate) -> list[tuple[Function, list[ast.Name]]]:
    """The project's functions that put something into a dict they are given here, and where they do."""
    call = call_given(name, module)
    functions = [v for v in of(call.func, module) if isinstance(v, Function)] if call else []
    found = []
    for function in functions:
        word, owner = parameter_given(call, name, function.node) if call else "", function.module
        inside = [w for w in places_written(word, owner) if owner.function(w) is function.node]
        own = [w for w in inside if all(b.kind is Kind.PARAMETER for _, b in find_bindings(word, w, owner))]
        found += [(function, own)] if own else []
    return found


def _entries_inside(name: ast.Name, so_far: Dictionary, module: Module, of: Evaluate) -> tuple[Item, ...]:
    """What `fill(options)` puts into the dict: sure where that stands in the function's own block."""
    call, items = call_given(name, module), list[Item]()
    fillers = _fillers(name, module, of)
    for function, writes in fillers:
        for write in writes:
            statement = where_missing(write, function.module) or function.module.statement(write)
            sure = len(fillers) == 1 and function.module.parent(statement) is function.node if statement else False
            for item in _entries(write, Dictionary((*so_far.items, *items)), function.module, of):
                values = tuple(v for value in item.values for v in _as_given(value, function, call, module, of))
                items.append(Item(item.key, values, sure and item.sure))
    return tuple(items)


def _as_given(
    value: Value, function: Function, call: ast.Call | None, module: Module, of: Evaluate
) -> tuple[Value, ...]:
    """A parameter of the function as the call gives it."""
    given = argument_of(value, function, call) if isinstance(value, Parameter) and call else None
    return of(given, module) if given is not None else (value,)


def _updated(value: Value, writes: Several[ast.Name], use: ast.Name, module: Module, of: Evaluate) -> Value:
    if isinstance(value, Sequence):
        return lengthened(value, [call for write in writes if (call := method_call(write, module))], module, of)
    if isinstance(value, Parameter):
        value = Dictionary((Item(AnyKey.ANY, ()),))
    if not isinstance(value, Dictionary):
        return value
    for write in writes:
        sure = surely(write, use, module)
        added = [replace(i, sure=sure and i.sure) for i in _entries(write, value, module, of)]
        value = Dictionary((*value.items, *added))
        if len(value.items) > LONGEST:  # `options.update(options)`, again and again
            value = Dictionary((Item(AnyKey.ANY, some_of(value.all_values())),))
    return value


def lengthened(value: Sequence, calls: Several[ast.Call], module: Module, of: Evaluate) -> Sequence:
    """A list after `append`, `extend` and `insert`; after an `insert` each place may hold any item."""
    items = value.items
    for call in calls:
        name = call.func.attr if isinstance(call.func, ast.Attribute) else ""
        values = of(call.args[-1], module) if call.args and name in PUTS else ()
        if name == "extend":
            items = (*items, *(i for v in values for i in (v.items if isinstance(v, Sequence) else ((Unknown(),),))))
        elif values:
            items = (*items, values)
        if name == "insert":
            items = (tuple(dict.fromkeys(v for item in items for v in item)),) * len(items)
    return Sequence(items)


def _entries(write: ast.Name, so_far: Dictionary, module: Module, of: Evaluate) -> tuple[Item, ...]:
    code = code_into(write, module)
    if code is not None:
        names = sorted(name for name in names_bound(code) if exported(name, code))
        return tuple(Item(name, tuple(export_values(name, code, of))) for name in names)
    if call_given(write, module):
        return _entries_inside(write, so_far, module, of)
    call = method_call(write, module)
    if call is None:
        target, *deeper = items_written(write, module)
        key, holder = key_of(of(target.slice, module)), module.above(deeper[-1] if deeper else target)
        if isinstance(holder, ast.Delete):
            return () if deeper else (Item(key, ()),)
        value = holder.value if isinstance(holder, ast.Assign | ast.AnnAssign) else None
        values = of(value, module) if value else (Unknown(),)
        if isinstance(holder, ast.Tuple | ast.List):  # `table["read"], table["write"] = torch.load, torch.save`
            values = tuple(target_values(deeper[-1] if deeper else target, module, of)) or (Unknown(),)
        if deeper:
            return (_put_deeper(so_far, [key, *(key_of(of(item.slice, module)) for item in deeper)], values),)
        return (_defaulted(key, values, so_far) if where_missing(write, module) else Item(key, values),)
    name = call.func.attr if isinstance(call.func, ast.Attribute) else ""
    if name == "update":
        positional = tuple(i for a in call.args for i in items_of(of(a, module)))
        return (*positional, *keyword_items(call, module, of))
    if name == "setdefault" and len(call.args) == 2:
        return (_defaulted(key_of(of(call.args[0], module)), of(call.args[1], module), so_far),)
    if name in ("pop", "__delitem__") and call.args:
        return (Item(key_of(of(call.args[0], module)), ()),)
    if name == "__setitem__" and len(call.args) == 2:
        return (Item(key_of(of(call.args[0], module)), of(call.args[1], module)),)
    if name in ("clear", "popitem"):
        return tuple(Item(item.key, ()) for item in so_far.items if item.key is not AnyKey.ANY)
    return ()


def _put_deeper(so_far: Dictionary, keys: Several[object], values: tuple[Value, ...]) -> Item:
    """`table["io"]["read"] = torch.load`: the dict inside with one entry more."""
    if len(keys) == 1:
        return Item(keys[0], values)
    inside = [v for v in so_far.get(keys[0])[0] if isinstance(v, Dictionary)] if len(keys) <= _DEEP else []
    return Item(keys[0], tuple(_with_put(v, keys[1:], values) for v in inside) or (Unknown(),))


def _with_put(inner: Dictionary, keys: Several[object], values: tuple[Value, ...]) -> Dictionary:
    kept = (item for item in inner.items if item.key != keys[0] or keys[0] is AnyKey.ANY)
    return Dictionary((*kept, _put_deeper(inner, keys, values)))


def _defaulted(key: object, default: tuple[Value, ...], so_far: Dictionary) -> Item:
    """`setdefault`: what is there stays; where the caller may have put something, the default counts."""
    there, sure = so_far.get(key)
    return Item(key, there if sure else or_default(there, default))


def or_default(there: tuple[Value, ...], default: tuple[Value, ...]) -> tuple[Value, ...]:
    """What may be under a key, or else `default`: also the default of what callers may put there."""
    known = tuple(v for v in there if not isinstance(v, Unknown))
    if len(known) == 1 and isinstance(known[0], Parameter) and known[0].is_option:
        return (replace(known[0], default=(*known[0].default, *default)),)
    return (*known, *default)


def keyword_items(call: ast.Call, module: Module, of: Evaluate) -> tuple[Item, ...]:
    """The entries that a call's keywords make, as in `dict(weights_only=True, **rest)`."""
    items: list[Item] = []
    for keyword in call.keywords:
        values = of(keyword.value, module)
        items += spread(values) if keyword.arg is None else (Item(keyword.arg, values),)
    return tuple(items)
