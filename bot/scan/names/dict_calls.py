"""Calls that make a dict: `dict(read=torch.load)`, `dict.fromkeys(...)`, `defaultdict(...)`."""

from __future__ import annotations

import ast
from collections.abc import Iterable

from bot.scan.names.dicts import items_of, key_of, keyword_items
from bot.scan.names.lookup import find_bindings
from bot.scan.names.module import Module
from bot.scan.names.returned import returned
from bot.scan.names.values import (
    AnyKey,
    Constant,
    Dictionary,
    Evaluate,
    Function,
    Item,
    Qualified,
    Sequence,
    Unknown,
    Value,
)

_RECORD = Unknown("collections.namedtuple")
"""What the evaluator says of a class that `namedtuple` makes: where it comes from."""


def dict_made(call: ast.Call, module: Module, of: Evaluate) -> Iterable[Value]:
    """`dict(options, weights_only=True)`, and what is like it."""
    first: tuple[Item, ...] = ()
    if call.args:
        values = of(call.args[0], module)
        if all(isinstance(v, Qualified) and v.name.endswith(".__dict__") for v in values):
            return values
        first = items_of(values)
    return (Dictionary((*first, *keyword_items(call, module, of))),)


def dict_from_keys(call: ast.Call, module: Module, of: Evaluate) -> Iterable[Value]:
    """`dict.fromkeys([".pt", ".pth"], torch.load)`."""
    if len(call.args) != 2:
        return (Unknown(),)
    keys = [
        item for v in of(call.args[0], module) for item in (v.items if isinstance(v, Sequence) else ((Unknown(),),))
    ]
    values = of(call.args[1], module)
    return (Dictionary(tuple(Item(key_of(key), values) for key in keys)),)


def default_dict(call: ast.Call, module: Module, of: Evaluate) -> Iterable[Value]:
    """`defaultdict(lambda: torch.load)`: what its factory makes may stand under any key."""
    made: list[Value] = []
    for function in of(call.args[0], module) if call.args else ():
        made += returned(function, call, module, of) if isinstance(function, Function) else ()
    return (Dictionary((Item(AnyKey.ANY, tuple(made)), *keyword_items(call, module, of))),)


def record(call: ast.Call, module: Module, of: Evaluate) -> Iterable[Value]:
    """`Library(torch)` where `Library = namedtuple("Library", "module")`: its fields, by name."""
    if not isinstance(call.func, ast.Name) or _RECORD not in of(call.func, module):
        return
    for owner, binding in find_bindings(call.func.id, call.func, module):
        statement = owner.parent(binding.node)
        made = statement.value if isinstance(statement, ast.Assign) else None
        if isinstance(made, ast.Call) and len(made.args) > 1:
            fields = [_text(v) for v in of(made.args[1], owner)]
            names = fields[0].replace(",", " ").split() if fields else []
            given = [Item(name, of(a, module)) for name, a in zip(names, call.args, strict=False)]
            yield Dictionary((*given, *keyword_items(call, module, of)))


def _text(value: Value) -> str:
    """`"read write"` of itself and of `["read", "write"]`."""
    if isinstance(value, Sequence):
        return " ".join(_text(each) for item in value.items for each in item[:1])
    return value.value if isinstance(value, Constant) and isinstance(value.value, str) else ""
