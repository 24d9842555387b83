"""A parameter that is None where it is left out, and is given something then: `if safe is None: safe = True`."""

from __future__ import annotations

import ast
from collections.abc import Iterable
from dataclasses import replace

from bot.scan.names.module import Module
from bot.scan.names.scopes import Binding
from bot.scan.names.values import Constant, Parameter, Value


def with_default(values: list[Value], use: ast.Name, found: Iterable[tuple[Module, Binding]]) -> list[Value]:
    """The values of a name, of which a parameter that may be left out is what the function puts in its place."""
    if not any(map(_is_left_out, values)):
        return values
    filled = [binding for owner, binding in found if _is_filled(binding, use.id, owner)]
    others = tuple(v for v in values if not isinstance(v, Parameter))
    return where_none(values, others) if filled and others else values


def where_none(values: Iterable[Value], missing: tuple[Value, ...]) -> list[Value]:
    """The same where each parameter that is None by default has `missing` for its default."""
    return [replace(v, default=missing) if isinstance(v, Parameter) and _is_left_out(v) else v for v in values]


def none_asked(test: ast.expr) -> bool | None:
    """True for `name is None`, False for `name is not None`, None for any other condition."""
    if not (isinstance(test, ast.Compare) and len(test.ops) == 1 and isinstance(test.left, ast.Name)):
        return None
    other = test.comparators[0]
    if not (isinstance(other, ast.Constant) and other.value is None and isinstance(test.ops[0], ast.Is | ast.IsNot)):
        return None
    return isinstance(test.ops[0], ast.Is)


def _is_left_out(value: Value) -> bool:
    return isinstance(value, Parameter) and value.default == (Constant(None),)


def _is_filled(binding: Binding, name: str, module: Module) -> bool:
    """Whether it stands in the body of `if name is None:`."""
    statement = module.statement(binding.node)
    branch = module.parent(statement) if statement is not None else None
    if not isinstance(branch, ast.If) or statement not in branch.body or not none_asked(branch.test):
        return False
    return isinstance(branch.test, ast.Compare) and getattr(branch.test.left, "id", "") == name
