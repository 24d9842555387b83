"""From a value to the names, attributes and containers it is bound to, and on to where those are read."""

from __future__ import annotations

import ast
import re

from bot.scan.evidence import signs
from bot.scan.evidence.callers import enclosing_class, share_self
from bot.scan.evidence.elsewhere import reads_as_global, reads_by_kin, reads_elsewhere
from bot.scan.evidence.reach import loads_in, reads_in_scope, reads_of
from bot.scan.evidence.signs import Kind
from bot.scan.evidence.spot import MOST_CALLS, Answer, Spot, label_of, step_into
from bot.scan.names.module import Module

_TENSORS = re.compile(
    r"(torch\.)?Tensor|(typing\.)?([Dd]ict|OrderedDict|Mapping)\[str, (torch\.)?Tensor\]"
    r"|([Ll]ist|Sequence)\[(torch\.)?Tensor\]"
)


def bind(spot: Spot, target: ast.expr) -> Answer:
    """The value of `spot` is bound to `target`."""
    if isinstance(target, ast.Name):
        yield from claimed_by_name(spot, target.id)
        for read in reads_of(target, spot.module):
            yield spot.at(read)
        yield from _reached_from_afar(spot, target)
    elif isinstance(target, ast.Tuple | ast.List):
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
    elif isinstance(target, ast.Subscript):
        yield from put_into(spot, target.value, label_of(target.slice, spot.module))


def claimed_by_name(spot: Spot, name: str) -> Answer:
    if signs.STATE_NAME.search(name) or signs.TENSOR_NAME.search(name):
        yield spot.says(Kind.CLAIM, f"is called {name}")


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
        same = isinstance(read.ctx, ast.Load) and ast.unparse(read.value) == owner
        if same and _reaches(holder, place, read, spot.module):
            found = True
            yield spot.at(read)
    around, project = enclosing_class(place, spot.module), spot.module.project
    if owner == "self" and around is not None and project is not None and spot.hops < MOST_CALLS:
        for node, home in reads_by_kin(around, attribute, spot.module, project):
            found = True
            yield Spot(node, home, spot.path, spot.hops + 1)
    if not found:
        yield spot.says(Kind.ESCAPES, f"kept as {owner}.{attribute}")


def _reaches(holder: ast.expr, place: ast.expr, read: ast.Attribute, module: Module) -> bool:
    if isinstance(holder, ast.Name) and holder.id == "self":
        return share_self(enclosing_class(place, module), enclosing_class(read, module), module)
    if module.function(place) is None and module.function(read) is not None:
        return True  # what a module sets up is there when its functions run
    return module.function(read) is module.function(place) and read.lineno > place.lineno


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
    elif isinstance(container, ast.Attribute):
        yield from _kept(whole, container)


def claimed_by_annotation(spot: Spot, annotation: ast.expr | None) -> Answer:
    if annotation is not None:
        text = ast.unparse(annotation)
        if _TENSORS.fullmatch(text):
            yield spot.says(Kind.DECLARED, f"is declared {text}")
        if "Tensor" in text or "StateDict" in text or "state_dict" in text:
            yield spot.says(Kind.CLAIM, f"is annotated {text}")
