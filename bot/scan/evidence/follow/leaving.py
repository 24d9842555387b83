"""Out of a function: returned, yielded, a parameter's default; and into a `with` block."""

from __future__ import annotations

import ast
import re
from collections.abc import Collection
from typing import TYPE_CHECKING, Any

from bot.scan.evidence.follow.binding import bind
from bot.scan.evidence.follow.claims import claimed_by_annotation, claimed_by_name
from bot.scan.evidence.follow.elsewhere import (
    calls_on_made,
    entered_as,
    reads_of_factory,
    reads_of_result,
)
from bot.scan.evidence.follow.libraries import is_dataset_of_graphs
from bot.scan.evidence.follow.protocols import uses_of_protocol
from bot.scan.evidence.follow.running import calls_by, results_of, steps_out
from bot.scan.evidence.follow.signs import Kind
from bot.scan.evidence.follow.spot import ENTERED, MOST_CALLS, Answer, Spot, enter, step_into
from bot.scan.evidence.follow.tables import calls_by_decorators, calls_by_tables, calls_of_lambda
from bot.scan.evidence.ground.annotations import given_by, member
from bot.scan.evidence.ground.behind import bound_to
from bot.scan.evidence.ground.callers import calls_of
from bot.scan.evidence.ground.reach import reads_of_parameter
from bot.scan.evidence.saves.content import defaults, parameters
from bot.scan.names.module import Definition, Module
from bot.scan.names.spelling import spelt

if TYPE_CHECKING:
    from bot.scan.project import Project

_PLACE = re.compile(r"«\[(\d+)\]")
"""The step to a member of a tuple that was made around the value."""


def enter_with(spot: Spot, parent: Any, project: Project) -> Answer:
    if spot.node is parent.context_expr:
        for answer in enter(spot, parent.context_expr):
            if isinstance(answer, Spot) and parent.optional_vars is not None:
                yield from bind(answer, parent.optional_vars)
            elif not isinstance(answer, Spot):
                yield answer


def give_back(spot: Spot, parent: Any, project: Project) -> Answer:
    function = spot.module.function(spot.node)
    if not isinstance(function, ast.FunctionDef | ast.AsyncFunctionDef):
        return
    yield from claimed_by_annotation(spot, function.returns)
    yield from claimed_by_name(spot, function.name)
    owner = spot.module.parent(function)
    if function.name == "get" and isinstance(owner, ast.ClassDef) and is_dataset_of_graphs(owner, spot.module):
        yield spot.says(Kind.OBJECT, "is a graph that a PyG dataset gives")
    if function.name in ("__enter__", "__aenter__") and isinstance(owner, ast.ClassDef) and spot.hops < MOST_CALLS:
        for target, home in entered_as(owner, spot.module, project):
            yield from bind(Spot(spot.node, home, spot.path, spot.hops + 1), target)
    yield from _to_callers(spot, function, project)


def _to_callers(spot: Spot, function: Definition, project: Project, *steps: str) -> Answer:
    """Back to the call by which it came in; what began in here, or in what others keep, goes to every caller."""
    back = spot.entries[-1] if spot.entries else None
    if back is not None and back.function is function:
        yield Spot(back.call, back.module, (*spot.path, *steps), back.hops, spot.entries[:-1])
        return
    if not spot.hops and _gives_another(function, spot):
        yield spot.says(Kind.ESCAPES, f"is one of several things that {function.name} gives")
        return
    calls = calls_of(function, spot.module, project) if spot.hops < MOST_CALLS else ()
    owner = spot.module.parent(function)
    if isinstance(owner, ast.ClassDef) and spot.hops < MOST_CALLS:
        calls = (*calls, *(c for c in calls_on_made(function, owner, spot.module, project) if c not in calls))
        for use in uses_of_protocol(function, owner, spot.module):
            yield Spot(use, spot.module, (*spot.path, *steps), spot.hops + 1)
    for call, module in calls:
        yield Spot(call, module, (*spot.path, *steps), spot.hops + 1)
    reads = list(reads_of_result(function, spot.module, project)) if spot.hops < MOST_CALLS else []
    for read, module in reads:
        yield Spot(read, module, spot.path, spot.hops + 1)
    handed = list(results_of(function, spot.module, project)) if spot.hops < MOST_CALLS else []
    if spot.hops < MOST_CALLS:
        handed += ((call, module, ()) for call, module in calls_by_tables(function, spot.module, project))
        handed += ((call, module, ()) for call, module in calls_by_decorators(function, spot.module, project))
    for call, module, out in handed:
        yield Spot(call, module, (*spot.path, *steps, *out), spot.hops + 1)
    if not calls and not reads and not handed:
        yield spot.says(Kind.RETURNED, f"is returned by {function.name}")


def _gives_another(function: Definition, spot: Spot) -> bool:
    """`return state` here, and `return model` there, as its caller asks or what that gave: what is done with one is not
    said of the other.
    """
    module, given = spot.module, {a.arg for a in parameters(function)} - {"self", "cls"}
    others = [
        r for r in module.of(ast.Return) if module.function(r) is function and r is not module.statement(spot.node)
    ]
    names = [r.value for r in others if isinstance(r.value, ast.Name) and spelt(r.value) != spelt(spot.node)]
    if any(name.id in given for name in names):
        return True
    return _is_as_asked(spot.node, given, module) and any(not _is_read(name, module) for name in names)


def _is_as_asked(node: ast.expr, given: Collection[str], module: Module) -> bool:
    """Whether it stands under `if flag:`, where `flag` is a parameter."""
    statement = module.statement(node)
    around = module.parent(statement) if statement is not None else None
    test = around.test if isinstance(around, ast.If) else None
    test = test.operand if isinstance(test, ast.UnaryOp) else test
    return isinstance(test, ast.Name) and test.id in given


def _is_read(name: ast.Name, module: Module) -> bool:
    """Whether what the name is bound to was read from somewhere as well."""
    return any(value is None or "load" in spelt(value) for value in bound_to(name, module))


def hand_out(spot: Spot, parent: Any, project: Project) -> Answer:
    """A generator gives its callers one after the other; a fixture gives its test the thing itself."""
    function = spot.module.function(spot.node)
    if isinstance(function, ast.FunctionDef | ast.AsyncFunctionDef):
        yield from _declared_each(spot, function)
        manages = any("contextmanager" in spelt(d) for d in function.decorator_list)
        yield from _to_callers(spot, function, project, ENTERED if manages else "«[*]")


def _declared_each(spot: Spot, function: Definition) -> Answer:
    """`-> Iterator[Tensor]`, and `-> Iterator[tuple[str, Tensor]]` where the value is the second of what is given."""
    given = given_by(function.returns)
    place = _PLACE.fullmatch(spot.path[-1]) if spot.path else None
    if given is not None and place is not None:
        given, spot = member(given, int(place[1])), spot._replace(path=spot.path[:-1])
    if given is not None:
        yield from claimed_by_annotation(spot, given)


def hand_on(spot: Spot, parent: Any, project: Project) -> Answer:
    """`yield from values`."""
    function, part = spot.module.function(spot.node), step_into(spot, "each")
    if isinstance(function, ast.FunctionDef | ast.AsyncFunctionDef) and part is not None:
        given = given_by(function.returns)
        if given is not None and part.path and part.path[-1] == "item":  # `yield from held.items()`
            value = part._replace(path=(*part.path[:-1], "value"))
            yield from claimed_by_annotation(value, member(given, 1))
        yield from _to_callers(part, function, project, "«[*]")


def give_by_lambda(spot: Spot, parent: Any, project: Project) -> Answer:
    """`load = lambda path: torch.load(path)`: what its calls give."""
    statement = spot.module.parent(parent)
    out = steps_out(statement, parent) if isinstance(statement, ast.Call) else None
    if spot.node is parent.body and isinstance(statement, ast.Assign):
        yield from (spot.at(call) for call in calls_by(statement.targets, spot.module))
    elif (
        spot.node is parent.body and isinstance(statement, ast.Call) and out is not None
    ):  # `map(lambda path: torch.load(path), paths)`
        yield spot.at(statement, *out)
    elif spot.node is parent.body:
        yield from (spot._replace(node=c, module=home) for c, home in calls_of_lambda(parent, spot.module, project))
        yield from (spot.at(read) for read in reads_of_factory(parent, spot.module))


def be_default(spot: Spot, parent: Any, project: Project) -> Answer:
    """`def run(net=torch.load(path))`."""
    function = spot.module.parent(parent)
    if isinstance(function, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda):
        for name in (n for n, value in defaults(function).items() if value is spot.node):
            for read in reads_of_parameter(name, function, spot.module):
                yield spot.at(read)


def be_annotated(spot: Spot, annotation: ast.Subscript) -> Answer:
    """`def run(net: Annotated[Net, Depends(load)])`: the parameter is what `load` returns."""
    parameter = spot.module.parent(annotation)
    arguments = spot.module.parent(parameter) if isinstance(parameter, ast.arg) else None
    function = spot.module.parent(arguments) if arguments is not None else None
    if isinstance(parameter, ast.arg) and isinstance(function, ast.FunctionDef | ast.AsyncFunctionDef):
        inside = spot._replace(path=spot.path[:-1])
        yield from (inside.at(read) for read in reads_of_parameter(parameter.arg, function, spot.module))
