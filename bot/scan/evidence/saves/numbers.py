"""Numbers that are numpy's: `best = np.mean(losses)` is no float, and weights_only=True refuses it."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from bot.model import Unreadable
from bot.scan.evidence.ground.behind import bound_to, kept_as
from bot.scan.evidence.ground.callees import callee
from bot.scan.evidence.ground.imports import dotted
from bot.scan.evidence.ground.memo import remember
from bot.scan.evidence.saves.content import Content, Stored, given_by_callers
from bot.scan.evidence.saves.keyed import is_test
from bot.scan.names.bound import results
from bot.scan.names.module import Module
from bot.scan.names.spelling import spelt

if TYPE_CHECKING:
    from bot.scan.project import Project

_DEEPEST = 3
_FARTHEST = 8
_RATES = ("lr", "initial_lr")
_KEEPS = frozenset("min max round abs sum".split())
"""Python's functions that give numpy's numbers where they are given some."""
_REDUCES = frozenset("mean sum max min std var prod median quantile".split())
"""Methods that give one number of an array or of a table."""


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
        if isinstance(node.func, ast.Attribute) and node.func.attr in _REDUCES:
            return _of_array(node.func.value, module, depth)
        kept = isinstance(node.func, ast.Name) and node.func.id in _KEEPS
        return _first(node.args if kept else (), module, depth)
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


def _member(taken: ast.Subscript, module: Module, depth: int) -> Stored | None:
    """What a function of the project gives at this place of a tuple: `acc, loss = evaluate(net)`."""
    place = taken.slice.value if isinstance(taken.slice, ast.Constant) else None
    if not (isinstance(taken.value, ast.Call) and isinstance(place, int) and module.project is not None):
        return None
    found = callee(taken.value, module, module.project)
    given = results(found[1]).get(found[0], ()) if found is not None else ()
    members = [each.elts[place] for each in given if isinstance(each, ast.Tuple) and -1 < place < len(each.elts)]
    return _first(members, found[1], depth) if found is not None else None


def _of_array(node: ast.expr | None, module: Module, depth: int) -> Stored | None:
    """The number that numpy makes of an array or a table of pandas: `np.array(losses).mean()`, `frame["x"].mean()`."""
    while isinstance(node, ast.Subscript):
        node = node.value
    if node is None or depth > _DEEPEST:
        return None
    if isinstance(node, ast.Call) and (full := dotted(node.func, module)).startswith(("numpy.", "pandas.")):
        return Stored(Content.OBJECT, f"numpy (a number of {full})", ("numpy._core.multiarray.scalar", "numpy.dtype"))
    bound = bound_to(node, module) if isinstance(node, ast.Name) else ()
    found = (_of_array(value, module, depth + 1) for value in bound)
    return next((each for each in found if each is not None), None)


def _first(nodes: Iterable[ast.expr], module: Module, depth: int) -> Stored | None:
    found = (numpy_number(node, module, depth + 1) for node in nodes)
    return next((each for each in found if each is not None), None)


def numpy_rate(path: str, project: Project) -> str:
    """Where an optimizer is given a rate that is numpy's (`group["lr"] = 0.5 * (1 + np.cos(t))`), in the top folder of
    the file at `path`; empty where none is.

    An optimizer's state holds the rate as it was given, and weights_only=True refuses numpy's numbers.
    """
    places = remember(project, "numpy rates", lambda: tuple(_rates_of_numpy(project)))
    return next(
        (place for place in places if place.partition("/")[0] == path.partition("/")[0] or "/" not in place), ""
    )


def _rates_of_numpy(project: Project) -> Iterator[str]:
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
