"""Which argument of a call is which parameter, and what is called: read from the text alone."""

from __future__ import annotations

import ast

from bot.scan.names.module import Definition
from bot.scan.names.values import Function, Parameter

TIMES = frozenset({"timeit", "repeat", "Timer"})
"""Calls of `timeit` (and of torch's benchmarks) that take code as text: `timeit(text, setup, globals=...)`."""


def word_of(function: ast.expr) -> str:
    if isinstance(function, ast.Attribute):
        return function.attr
    return function.id if isinstance(function, ast.Name) else ""


def argument_of(parameter: Parameter, function: Function, call: ast.Call, *, bound: int = 0) -> ast.expr | None:
    """What a call gives `parameter` of `function`; None where it gives nothing or that cannot be told. The first
    `bound` arguments are not the function's own.
    """
    return given_for(parameter.name, function.node, call, bound=bound) if parameter.function is function.node else None


def given_for(name: str, function: Definition | ast.Lambda, call: ast.Call, *, bound: int = 0) -> ast.expr | None:
    """The same by the parameter's name."""
    if any(isinstance(a, ast.Starred) for a in call.args):
        return None
    for keyword in call.keywords:
        if keyword.arg == name:
            return keyword.value
    names, given = _in_order(function), call.args[bound:]
    if name.startswith("*"):  # an item of `*given`, see `item_given`
        names += [f"*{place}" for place in range(len(given) - len(names))]
    index = names.index(name) if name in names else -1
    return given[index] if 0 <= index < len(given) else None


def parameter_given(call: ast.Call, argument: ast.expr, function: Definition | ast.Lambda) -> str:
    """The name by which a function knows an argument of a call of it; empty where that cannot be told."""
    said = next((k.arg for k in call.keywords if k.value is argument), None)
    if said is None and argument in call.args:
        said = next(iter(_in_order(function)[call.args.index(argument) :]), None)
    return said or ""


def _in_order(function: Definition | ast.Lambda) -> list[str]:
    """The names of the parameters that a call gives by place."""
    names = [a.arg for a in (*function.args.posonlyargs, *function.args.args)]
    return names[1:] if names[:1] in (["self"], ["cls"]) else names
