"""One file that is read twice: what one of its loads shows to be an object is in the file for the other as well."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from typing import TYPE_CHECKING

from bot.scan.evidence.follow.signs import Sign
from bot.scan.evidence.follow.spot import Spot
from bot.scan.evidence.follow.trace import trace
from bot.scan.evidence.ground.behind import bound_to
from bot.scan.evidence.ground.imports import dotted
from bot.scan.evidence.ground.reach import in_other_branch
from bot.scan.evidence.reading import Reading
from bot.scan.evidence.saves.place import place_of
from bot.scan.evidence.use import part_object_signs
from bot.scan.names.module import Module

if TYPE_CHECKING:
    from bot.scan.project import Project


def objects_in_the_same_file(
    load: ast.Call, where: ast.expr, module: Module, project: Project
) -> tuple[int, tuple[Sign, ...]] | None:
    """The line of another load of the same path, and what says that a part of what it gives is an object."""
    for other in _of_the_same_path(load, where, module):
        signs = part_object_signs(Reading(trace(Spot(other, module), project), other, module))
        if signs:
            return other.lineno, signs
    return None


def _of_the_same_path(load: ast.Call, where: ast.expr, module: Module) -> Iterator[ast.Call]:
    """Loads of the same function, or of the same `self.path` of a class, that run where this one does."""
    reader = place_of(where, load, module)
    for other in module.of(ast.Call, "load"):
        if other is load or not other.args or dotted(other.func, module) != "torch.load":
            continue
        place = place_of(other.args[0], other, module)
        here = place.function is reader.function and not _changes(where, module)
        own = place.text.startswith("self.") and place.owner == reader.owner
        if place.text == reader.text and (here or own) and not in_other_branch(load, other, module):
            yield other


def _changes(where: ast.expr, module: Module) -> bool:
    """Whether a name in the path is bound more than once, or by a loop: it may be another path each time."""
    return any(
        isinstance(n, ast.Name) and isinstance(n.ctx, ast.Load) and _is_rebound(n, module) for n in ast.walk(where)
    )


def _is_rebound(name: ast.Name, module: Module) -> bool:
    function = module.function(name)
    stores = [n for n in module.names(name.id) if isinstance(n.ctx, ast.Store) and module.function(n) is function]
    return len(stores) > 1 or None in bound_to(name, module)
