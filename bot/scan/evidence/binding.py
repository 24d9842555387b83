"""From a value to the names, attributes and containers it is bound to, and on to where those are read."""

from __future__ import annotations

import ast
import re

from bot.scan.evidence import signs
from bot.scan.evidence.callers import enclosing_class, share_self
from bot.scan.evidence.reach import loads_in, reads_of
from bot.scan.evidence.signs import Kind
from bot.scan.evidence.spot import Answer, Spot, label_of, step_into
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
    elif isinstance(target, ast.Subscript):
        yield from put_into(spot, target.value, label_of(target.slice, spot.module))


def claimed_by_name(spot: Spot, name: str) -> Answer:
    if signs.STATE_NAME.search(name) or signs.TENSOR_NAME.search(name):
        yield spot.says(Kind.CLAIM, f"is called {name}")


def _kept(spot: Spot, target: ast.Attribute) -> Answer:
    """`self.x = value`: every `self.x` of the class, its bases and subclasses here; `block.x = value`: every `block.x`
    after it.
    """
    owner, found = ast.unparse(target.value), False
    for read in spot.module.attributes(target.attr):
        if isinstance(read.ctx, ast.Load) and ast.unparse(read.value) == owner and _reaches(target, read, spot.module):
            found = True
            yield spot.at(read)
    if not found:
        yield spot.says(Kind.ESCAPES, f"kept as {owner}.{target.attr}")


def _reaches(target: ast.Attribute, read: ast.Attribute, module: Module) -> bool:
    if isinstance(target.value, ast.Name) and target.value.id == "self":
        return share_self(enclosing_class(target, module), enclosing_class(read, module), module)
    return module.function(read) is module.function(target) and read.lineno > target.lineno


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
