"""`build(**loaded)`: each entry is the parameter that is called so."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from bot.scan.evidence.follow.entering import into_function
from bot.scan.evidence.follow.making import constructor, into_constructor, is_made_of_tensors, taken_by
from bot.scan.evidence.follow.signs import Kind
from bot.scan.evidence.follow.spot import MOST_CALLS, Answer, Spot, step_into
from bot.scan.evidence.ground.callees import callee
from bot.scan.names.module import Definition

SPREAD = "is spread into"
"""How it is told that a dict has the fields of a dataclass and no other entry, which that would refuse."""

if TYPE_CHECKING:
    from bot.scan.project import Project


def spread(spot: Spot, call: ast.Call, project: Project) -> Answer:
    """To what a function or class of the project takes by name and is not given otherwise."""
    if spot.hops >= MOST_CALLS:
        return
    found, made = callee(call, spot.module, project), constructor(call, spot.module, project)
    names = _parameters(found[0]) if found is not None else taken_by(made[0]) if made is not None else []
    if found is None and made is not None and not call.args and is_made_of_tensors(made[0]):
        yield spot.says(
            Kind.DECLARED, f"{SPREAD} {made[0].name}, whose fields are declared tensors, numbers and strings"
        )
    given = {keyword.arg for keyword in call.keywords}
    for name in names[len(call.args) :]:
        part = step_into(spot, f"[{name!r}]") if name not in given else None
        if part is not None and found is not None:
            yield from into_function(call.func, found, part, name)
        elif part is not None:
            yield from into_constructor(part, call, name, project)


def _parameters(function: Definition) -> list[str]:
    arguments = function.args
    every = [a.arg for a in (*arguments.posonlyargs, *arguments.args)]
    return [name for name in every if name not in ("self", "cls")] + [a.arg for a in arguments.kwonlyargs]
