"""Numbers that are numpy's: `best = np.mean(losses)` is no float, and weights_only=True refuses it."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from bot.model import Unreadable
from bot.scan.evidence.ground.behind import added_to, bound_to, kept_as
from bot.scan.evidence.ground.callees import callee
from bot.scan.evidence.ground.classes import method_in
from bot.scan.evidence.ground.imports import dotted
from bot.scan.evidence.ground.memo import remember
from bot.scan.evidence.saves.content import Content, Stored, given_by_callers, is_called_a_number
from bot.scan.evidence.saves.keyed import is_test
from bot.scan.names.bound import results
from bot.scan.names.evaluate import evaluate
from bot.scan.names.module import Module
from bot.scan.names.spelling import spelt
from bot.scan.names.values import Function, Instance

if TYPE_CHECKING:
    from bot.scan.project import Project

_DEEPEST = 3
_FARTHEST = 8
_RATES = ("lr", "initial_lr")
_BY_FUNCTION = ("LambdaLR", "MultiplicativeLR")
"""Schedulers of torch that multiply the rate with what a function gives: a number of numpy's makes it one."""
_KEEPS = frozenset("min max round abs sum".split())
"""Python's functions that give numpy's numbers where they are given some."""
_NUMBERS = frozenset({"len", "int", "float"})
_COUNTS = frozenset({"item", "numel", "size"})
_OF_ARRAYS = frozenset("mean sum max min std var prod median quantile argmax argmin flatten squeeze".split())
"""Methods of an array or a table that give a number or an array, as they do of a tensor."""


def numpy_number(node: ast.expr | None, module: Module, depth: int = 0) -> Stored | None:
    """The numpy number an expression may be; None where none is seen."""
    if node is None or depth > _DEEPEST:
        return None
    if isinstance(node, ast.Call):
        full = dotted(node.func, module)
        if full.startswith("numpy."):
            return Stored(Content.OBJECT, f"numpy ({full})", ("numpy._core.multiarray.scalar", "numpy.dtype"))
        if full.startswith("sklearn.metrics."):
            return Stored(Content.UNKNOWN, f"what {full} gives, a number of numpy's in many versions")
        if isinstance(node.func, ast.Attribute) and node.func.attr in _OF_ARRAYS:
            return of_array(node.func.value, module)
        kept = isinstance(node.func, ast.Name) and node.func.id in _KEEPS
        given = (each for argument in node.args for each in (argument, *_members(argument, module)))
        return _first(given if kept else (), module, depth)
    if isinstance(node, ast.Subscript):
        return _member(node, module, depth)
    if isinstance(node, ast.BinOp):
        return _first((node.left, node.right), module, depth)
    if isinstance(node, ast.IfExp):
        return _first((node.body, node.orelse), module, depth)
    if isinstance(node, ast.Name):
        return _first((value for value in bound_to(node, module) if value is not None), module, depth)
    if isinstance(node, ast.Attribute) and spelt(node.value) == "self":
        return _first(kept_as(node.attr, node, module), module, depth)
    return None


def _members(node: ast.expr, module: Module) -> Iterator[ast.expr]:
    """What is seen to stand in a list: written out, by a comprehension, appended."""
    for held in (node, *(bound_to(node, module) if isinstance(node, ast.Name) else ())):
        if isinstance(held, ast.List | ast.Tuple):
            yield from held.elts
        elif isinstance(held, ast.ListComp | ast.GeneratorExp):
            yield held.elt
    if isinstance(node, ast.Name):
        yield from added_to(node, module)


def calculated(node: ast.expr, module: Module) -> Stored | None:
    """The number of numpy's that `-mean`, `mean ** 2`, `acc > best_acc` give where `mean` and `acc` are some and what
    they are calculated with is a number too; with a tensor they make a tensor. And `...`, which is no number.
    """
    if isinstance(node, ast.Constant):
        return Stored(Content.OBJECT, "an Ellipsis") if node.value is ... else None
    if isinstance(node, ast.UnaryOp):
        return None if isinstance(node.op, ast.Not) else numpy_number(node.operand, module)
    sides = (node.left, node.right) if isinstance(node, ast.BinOp) else ()
    if isinstance(node, ast.Compare) and not isinstance(node.ops[0], ast.Is | ast.IsNot | ast.In | ast.NotIn):
        sides = (node.left, node.comparators[0])
    found = [numpy_number(side, module) for side in sides]
    known = all(number is not None or _is_number(side, module) for number, side in zip(found, sides, strict=True))
    return next((number for number in found if number is not None), None) if known else None


def _is_number(node: ast.expr | None, module: Module, depth: int = 0) -> bool:
    """Whether it is a number of Python's: written out, counted, called so, or a name that stands for such alone."""
    if isinstance(node, ast.Call):
        return getattr(node.func, "id", "") in _NUMBERS or getattr(node.func, "attr", "") in _COUNTS
    if isinstance(node, ast.Constant) or is_called_a_number(getattr(node, "id", getattr(node, "attr", ""))):
        return True
    bound = [*bound_to(node, module)] if isinstance(node, ast.Name) and depth < _DEEPEST else []
    return bool(bound) and all(_is_number(value, module, depth + 1) for value in bound)


def _member(taken: ast.Subscript, module: Module, depth: int) -> Stored | None:
    """What a function of the project gives at this place of a tuple: `acc, loss = evaluate(net)`."""
    place = taken.slice.value if isinstance(taken.slice, ast.Constant) else None
    if not (isinstance(taken.value, ast.Call) and isinstance(place, int) and module.project is not None):
        return None
    found = callee(taken.value, module, module.project)
    given = results(found[1]).get(found[0], ()) if found is not None else ()
    members = [each.elts[place] for each in given if isinstance(each, ast.Tuple) and -1 < place < len(each.elts)]
    return _first(members, found[1], depth) if found is not None else None


def of_array(node: ast.expr | None, module: Module, depth: int = 0) -> Stored | None:
    """What numpy makes of an array or a table of pandas: `np.array(losses).mean()`, `frame["x"].mean()`, and of what is
    compared with one: `(guessed == wanted).sum()`.
    """
    while isinstance(node, ast.Subscript):
        node = node.value
    if node is None or depth > _DEEPEST:
        return None
    if isinstance(node, ast.Compare):
        return of_array(node.left, module, depth + 1)
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "numpy":
        return Stored(Content.OBJECT, "numpy (a number of .numpy())", ("numpy._core.multiarray.scalar", "numpy.dtype"))
    if isinstance(node, ast.Call) and (full := dotted(node.func, module)).startswith(("numpy.", "pandas.")):
        return Stored(Content.OBJECT, f"numpy (a number of {full})", ("numpy._core.multiarray.scalar", "numpy.dtype"))
    bound = bound_to(node, module) if isinstance(node, ast.Name) else ()
    if isinstance(node, ast.Attribute) and spelt(node.value) == "self":
        bound = kept_as(node.attr, node, module)
    found = (of_array(value, module, depth + 1) for value in bound)
    return next((each for each in found if each is not None), None)


def _first(nodes: Iterable[ast.expr], module: Module, depth: int) -> Stored | None:
    found = (numpy_number(node, module, depth + 1) for node in nodes)
    return next((each for each in found if each is not None), None)


def numpy_rate(path: str, project: Project) -> str:
    """Where an optimizer is given a rate that is numpy's (`group["lr"] = 0.5 * (1 + np.cos(t))`, `LambdaLR(optimizer,
    lambda step: np.exp(-step))`), in the top folder of the file at `path`; empty where none is.

    An optimizer's state holds the rate as it was given, and weights_only=True refuses numpy's numbers.
    """
    places = remember(project, "numpy rates", lambda: tuple(_rates_of_numpy(project)))
    return next(
        (place for place in places if place.partition("/")[0] == path.partition("/")[0] or "/" not in place), ""
    )


def _rates_of_numpy(project: Project) -> Iterator[str]:
    yield from _rates_set(project)
    for path in sorted({path for word in _BY_FUNCTION for path in project.containing(word.encode() + b"(")}):
        module = project.module(path)
        if is_test(path) or isinstance(module, Unreadable):
            continue
        for call in (each for word in _BY_FUNCTION for each in module.of(ast.Call, word)):
            by_name = next((k.value for k in call.keywords if k.arg == "lr_lambda"), None)
            given = by_name or next(iter(call.args[1:]), None)
            if any(_is_numpys(value, home, project, 0) for value, home in _given_back(given, module)):
                yield f"{path}:{call.lineno}"


def _given_back(function: ast.expr | None, module: Module) -> Iterator[tuple[ast.expr, Module]]:
    """What a function, or each of a list of them, returns."""
    if isinstance(function, ast.List | ast.Tuple):
        for each in function.elts:
            yield from _given_back(each, module)
    elif isinstance(function, ast.Lambda):
        yield function.body, module
    elif isinstance(function, ast.Call) and dotted(function.func, module) == "functools.partial":
        yield from _given_back(next(iter(function.args), None), module)
    elif function is not None:
        values = evaluate(function, module)
        meant = [v for v in values if isinstance(v, Function)]
        made = [v.of for v in values if isinstance(v, Instance)]
        meant += [Function(f, each.module) for each in made if (f := method_in(each.node, "__call__")) is not None]
        yield from ((value, v.module) for v in meant for value in _returned_by(v))


def _returned_by(function: Function) -> Iterable[ast.expr]:
    node = function.node
    return (node.body,) if isinstance(node, ast.Lambda) else results(function.module).get(node, ())


def _rates_set(project: Project) -> Iterator[str]:
    homes = {
        path
        for rate in _RATES
        for mark in (b'"', b"'")
        for path in project.containing(mark + rate.encode() + mark + b"] =")
    }
    for path in sorted(homes):
        module = project.module(path)
        if is_test(path) or isinstance(module, Unreadable):
            continue
        for item in module.of(ast.Subscript, *_RATES):
            statement = module.parent(item)
            named = isinstance(item.slice, ast.Constant) and item.slice.value in _RATES
            if named and isinstance(statement, ast.Assign) and _is_numpys(statement.value, module, project, 0):
                yield f"{path}:{item.lineno}"


def _is_numpys(node: ast.expr | None, module: Module, project: Project, depth: int) -> bool:
    """Whether an expression is a number of numpy's, through names, parameters and functions of the project."""
    if node is None or depth > _FARTHEST:
        return False
    if numpy_number(node, module) is not None:
        return True
    return any(_is_numpys(value, home, project, depth + 1) for value, home in _made_of(node, module, project))


def _made_of(node: ast.expr, module: Module, project: Project) -> Iterator[tuple[ast.expr | None, Module]]:
    if isinstance(node, ast.BinOp):
        yield from ((side, module) for side in (node.left, node.right))
    elif isinstance(node, ast.Call):
        found = callee(node, module, project)
        yield from ((value, found[1]) for value in results(found[1]).get(found[0], ())) if found else ()
    elif isinstance(node, ast.Name):
        bound = [*bound_to(node, module)]
        yield from ((value, module) for value in bound)
        function = module.function(node)
        if not bound and isinstance(function, ast.FunctionDef):
            yield from given_by_callers(node.id, function, module, project)
