"""From a value to the names, attributes and containers it is bound to, and on to where those are read."""

from __future__ import annotations

import ast
import re

from bot.scan.evidence.callers import enclosing_class, share_self
from bot.scan.evidence.claims import claimed_by_name
from bot.scan.evidence.elsewhere import reads_as_global, reads_by_kin, reads_elsewhere, set_by_property
from bot.scan.evidence.reach import is_shared, loads_in, reads_in_scope, reads_of
from bot.scan.evidence.signs import Kind
from bot.scan.evidence.spot import MOST_CALLS, Answer, Spot, label_of, step_into
from bot.scan.names.module import Module

_PYG = re.compile(r"\(?self\._?data, self\.slices\)?")
_OWN = ("self", "cls")


def bind(spot: Spot, target: ast.expr) -> Answer:
    """The value of `spot` is bound to `target`."""
    if isinstance(target, ast.Name):
        yield from claimed_by_name(spot, target.id)
        for read in reads_of(target, spot.module):
            yield spot.at(read)
        yield from _reached_from_afar(spot, target)
    elif isinstance(target, ast.Tuple | ast.List):
        if not spot.path and _PYG.fullmatch(ast.unparse(target)):
            yield spot.says(Kind.OBJECT, "is taken apart into a PyG dataset's data and slices")
        for index, element in enumerate(target.elts):
            part = step_into(spot, f"[{index}]")
            if part is not None:
                yield from bind(part, element)
    elif isinstance(target, ast.Starred):
        yield from bind(spot, target.value)
    elif isinstance(target, ast.Attribute):
        yield from claimed_by_name(spot, target.attr)
        yield from _kept(spot, target)
    elif isinstance(target, ast.Subscript) and ast.unparse(target.value) == "globals()":
        yield from _as_global(spot, target)
    elif isinstance(target, ast.Subscript) and (owner := _attributes_of(target)) is not None:
        yield from keep(spot, owner, label_of(target.slice, spot.module)[2:-2], target)
    elif isinstance(target, ast.Subscript):
        yield from put_into(spot, target.value, label_of(target.slice, spot.module))


def _as_global(spot: Spot, target: ast.Subscript) -> Answer:
    """`globals()["net"] = value`."""
    module, label = spot.module, label_of(target.slice, spot.module)
    if isinstance(target.slice, ast.Constant):
        for read in reads_in_scope(str(target.slice.value), module.tree, module):
            yield spot.at(read)
    for other in module.of(ast.Subscript, "globals"):
        same = isinstance(other.ctx, ast.Load) and ast.unparse(other.value) == "globals()"
        if same and label_of(other.slice, module) == label:
            yield spot.at(other)


def _attributes_of(target: ast.Subscript) -> ast.expr | None:
    """`x` of `x.__dict__["net"]` and `vars(x)["net"]`."""
    if not (isinstance(target.slice, ast.Constant) and isinstance(target.slice.value, str)):
        return None
    held = target.value
    if isinstance(held, ast.Attribute) and held.attr == "__dict__":
        return held.value
    called = isinstance(held, ast.Call) and len(held.args) == 1 and ast.unparse(held.func) == "vars"
    return held.args[0] if called and isinstance(held, ast.Call) else None


def _reached_from_afar(spot: Spot, target: ast.Name) -> Answer:
    for read in reads_as_global(target, spot.module):
        yield spot.at(read)
    if spot.module.project is not None and spot.hops < MOST_CALLS:
        for node, home in reads_elsewhere(target, spot.module, spot.module.project):
            yield Spot(node, home, spot.path, spot.hops + 1)


def _kept(spot: Spot, target: ast.Attribute) -> Answer:
    """`self.x = value`: every `self.x` of the class, its bases and subclasses here; `block.x = value`: every `block.x`
    after it.
    """
    yield from keep(spot, target.value, target.attr, target)


def keep(spot: Spot, holder: ast.expr, attribute: str, place: ast.expr) -> Answer:
    """The value is kept as `holder.attribute`, at `place`."""
    owner, found = ast.unparse(holder), False
    for read in spot.module.attributes(attribute):
        if isinstance(read.ctx, ast.Load) and _reaches(holder, place, read, spot.module):
            found = True
            yield spot.at(read)
    for taken, home in set_by_property(holder, attribute, spot.module) if spot.hops < MOST_CALLS else ():
        found = True
        yield Spot(taken, home, spot.path, spot.hops + 1)
    around, project = enclosing_class(place, spot.module), spot.module.project
    if owner in ("self", "cls") and around is not None and project is not None and spot.hops < MOST_CALLS:
        for node, home in reads_by_kin(around, attribute, spot.module, project):
            found = True
            yield Spot(node, home, spot.path, spot.hops + 1)
    if not found:
        yield spot.says(Kind.ESCAPES, f"kept as {owner}.{attribute}")


def _reaches(holder: ast.expr, place: ast.expr, read: ast.Attribute, module: Module) -> bool:
    """Whether `read` is the attribute that `holder` keeps the value as from `place` on."""
    owner, other, root = ast.unparse(holder), ast.unparse(read.value), _root(holder)
    if owner in _OWN or root == "self":
        same = other in _OWN if owner in _OWN else other == owner
        around = enclosing_class(place, module)
        if around is not None and other == around.name:  # `cls.net = value`, `Owner.net`
            return True
        return same and share_self(around, enclosing_class(read, module), module)
    if isinstance(holder, ast.Name) and other in _OWN:  # `Owner.net = value`, `self.net`
        around = enclosing_class(read, module)
        return around is not None and around.name == owner
    if owner != other:
        return False
    if _is_shared(holder, module) and _is_shared(read.value, module):
        return True
    if module.function(place) is None and module.function(read) is not None:
        return True  # what a module sets up is there when its functions run
    return module.function(read) is module.function(place) and read.lineno > place.lineno


def _root(holder: ast.expr) -> str:
    while isinstance(holder, ast.Attribute | ast.Subscript):
        holder = holder.value
    return holder.id if isinstance(holder, ast.Name) else ""


def _is_shared(holder: ast.expr, module: Module) -> bool:
    """Whether it begins with a name of the module: `app.state`, a class, a function."""
    while isinstance(holder, ast.Attribute):
        holder = holder.value
    return isinstance(holder, ast.Name) and is_shared(holder, module)


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
        if module.function(node) is not None and is_shared(container, module):
            for read in reads_in_scope(container.id, module.tree, module):
                if module.function(read) is not module.function(node):
                    yield whole.at(read)
    elif isinstance(container, ast.Attribute):
        yield from _kept(whole, container)
