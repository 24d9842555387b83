"""From a value to the names, attributes and containers it is bound to, and on to where those are read."""

from __future__ import annotations

import ast
import re

from bot.scan.evidence.follow.claims import claimed_by_name
from bot.scan.evidence.follow.elsewhere import reads_as_global, reads_elsewhere
from bot.scan.evidence.follow.kept import APPLICATIONS, attributes_of, keep, keep_as_global, keep_under
from bot.scan.evidence.follow.own import made_as
from bot.scan.evidence.follow.signs import Kind
from bot.scan.evidence.follow.spot import MOST_CALLS, Answer, Spot, label_of, step_into
from bot.scan.evidence.ground.behind import bound_to, is_empty, kept_as
from bot.scan.evidence.ground.reach import is_shared, loads_in, reads_in_scope, reads_of
from bot.scan.evidence.ground.words import words_of
from bot.scan.names.module import Module
from bot.scan.names.spelling import spelt
from bot.scan.names.values import Unknown

_PYG = re.compile(r"\(?(self\._?)?data, (self\.)?slices\b.*")
_OF_MODULES = frozenset({"torch.nn.ModuleList", "torch.nn.Sequential", "torch.nn.ModuleDict"})


def bind(spot: Spot, target: ast.expr) -> Answer:
    """The value of `spot` is bound to `target`."""
    if isinstance(target, ast.Name):
        yield from claimed_by_name(spot, target.id)
        for read in reads_of(target, spot.module):
            yield spot.at(read)
        yield from _reached_from_afar(spot, target)
    elif isinstance(target, ast.Tuple | ast.List):
        if not spot.path and _PYG.fullmatch(spelt(target)):
            yield spot.says(Kind.OBJECT, "is taken apart into a PyG dataset's data and slices")
        for index, element in enumerate(target.elts):
            part = step_into(spot, f"[{index}]")
            if part is not None:
                yield from bind(part, element)
    elif isinstance(target, ast.Starred):
        yield from bind(spot, target.value)
    elif isinstance(target, ast.Attribute):
        yield from claimed_by_name(spot, target.attr)
        yield from keep(spot, target.value, target.attr, target)
    elif isinstance(target, ast.Subscript) and spelt(target.value) == "globals()":
        yield from keep_as_global(spot, target.slice)
    elif isinstance(target, ast.Subscript) and (owner := attributes_of(target.value)) is not None:
        yield from keep_under(spot, owner, words_of(target.slice, spot.module), target)
    elif isinstance(target, ast.Subscript) and holds_modules(target.value, spot.module):
        yield spot.says(Kind.OBJECT, "is put into an nn.ModuleDict")
    elif isinstance(target, ast.Subscript):
        yield from put_into(spot, target.value, label_of(target.slice, spot.module))


def _reached_from_afar(spot: Spot, target: ast.Name) -> Answer:
    for read in reads_as_global(target, spot.module):
        yield spot.at(read)
    if spot.module.project is not None and spot.hops < MOST_CALLS:
        for node, home in reads_elsewhere(target, spot.module, spot.module.project):
            yield Spot(node, home, spot.path, spot.hops + 1)


def holds_modules(container: ast.expr, module: Module) -> bool:
    """Whether it is a ModuleList or the like; the evaluator names the class of what it does not know."""
    return any(isinstance(v, Unknown) and v.reason in _OF_MODULES for v in made_as(container, module))


def begins_empty(held: ast.expr, module: Module) -> bool:
    """Whether a name or an attribute is bound to an empty list: what is added to it is a list as well."""
    if isinstance(held, ast.Name):
        return any(isinstance(value, ast.List) and is_empty(value) for value in bound_to(held, module))
    kept = kept_as(held.attr, held, module) if isinstance(held, ast.Attribute) else ()
    return any(isinstance(value, ast.List) and is_empty(value) for value in kept)


def put_all_into(spot: Spot, container: ast.expr) -> Answer:
    """`container += value`: each member is one of the container's."""
    part = step_into(spot, "each")
    if part is not None:
        yield from put_into(part, container, "[*]")


def put_into(spot: Spot, container: ast.expr, label: str) -> Answer:
    """`container[label] = value`: from then on the container holds it. A dict rebuilt key by key stays what it was."""
    if spot.path and spot.path[-1] in ("value", "each", "[?]"):
        whole = spot._replace(path=spot.path[:-1])
    else:
        whole = spot._replace(path=(*spot.path, f"«{label}"))
    if isinstance(container, ast.Name):
        module, node = spot.module, spot.node
        place = (node.lineno, node.col_offset)
        for read in loads_in(module.function(node), container.id, module):
            if (read.lineno, read.col_offset) > place and read is not container:
                yield whole.at(read)
        if container.id in APPLICATIONS:  # `app["net"] = value`, `request.app["net"]`
            yield from (whole.at(read) for read in module.attributes(container.id))
        if is_shared(container, module):  # what a module sets up is there when its functions run
            for read in reads_in_scope(container.id, module.tree, module):
                if module.function(read) is not module.function(node):
                    yield whole.at(read)
    elif isinstance(container, ast.Attribute):
        yield from keep(whole, container.value, container.attr, container)
    elif isinstance(container, ast.Subscript):  # `groups[kind].append(value)`
        yield from put_into(whole, container.value, label_of(container.slice, spot.module))
    elif isinstance(container, ast.Call) and getattr(container.func, "attr", "") == "setdefault" and container.args:
        yield from put_into(whole, container.func.value, label_of(container.args[0], spot.module))  # type: ignore[attr-defined]
