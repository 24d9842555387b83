"""From a call to where a function of the project reads what it is given."""

from __future__ import annotations

import ast

from bot.scan.evidence.follow.claims import claimed_by_annotation
from bot.scan.evidence.follow.signs import Kind
from bot.scan.evidence.follow.spot import Answer, Spot
from bot.scan.evidence.ground.callees import Found
from bot.scan.evidence.ground.reach import reads_of_parameter
from bot.scan.names.module import Definition, Module
from bot.scan.names.spelling import spelt


def into_function(called: ast.expr, found: Found, spot: Spot, place: int | str) -> Answer:
    """To where a function of the project, which `called` stands for, reads what it is given."""
    function, module = found
    bound = isinstance(module.parent(function), ast.ClassDef) and not _static(function)
    parameter = _parameter(function, place, bound=bound and isinstance(called, ast.Attribute))
    if parameter is None:
        yield from _into_rest(spot, function, module, called=called, place=place)
        return
    yield from claimed_by_annotation(spot, parameter.annotation, module)
    entries = spot.entered(called, function)
    for read in reads_of_parameter(parameter.arg, function, module):
        yield Spot(read, module, spot.path, spot.hops + 1, entries)


def _into_rest(spot: Spot, function: Definition, module: Module, *, called: ast.expr, place: int | str) -> Answer:
    """`*nets` and `**nets` take what no parameter does."""
    rest = function.args.kwarg if isinstance(place, str) else function.args.vararg
    if rest is None:
        yield spot.says(Kind.ESCAPES, f"goes into {function.name}")
        return
    step = f"«[{place!r}]" if isinstance(place, str) else "«[*]"
    entries = spot.entered(called, function)
    for read in reads_of_parameter(rest.arg, function, module):
        yield Spot(read, module, (*spot.path, step), spot.hops + 1, entries)


def _static(function: Definition) -> bool:
    return any(spelt(d) == "staticmethod" for d in function.decorator_list)


def _parameter(function: Definition, place: int | str, *, bound: bool) -> ast.arg | None:
    arguments = function.args
    positional = [*arguments.posonlyargs, *arguments.args]
    if isinstance(place, str):
        return next((a for a in [*positional, *arguments.kwonlyargs] if a.arg == place), None)
    place += 1 if bound else 0
    return positional[place] if place < len(positional) else None
