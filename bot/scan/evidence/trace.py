"""Follow a loaded value: each expression it flows through, and what its consumers say of it.

A small abstract interpretation. A `Spot` is an expression that holds the value or a part of it; its parent in
the tree either passes it on (new spots) or says something (signs). The tables are in `signs.py`.
"""

from __future__ import annotations

import ast
from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from bot.scan.evidence import signs
from bot.scan.evidence.reach import reads_of
from bot.scan.evidence.signs import Kind, Path, Sign
from bot.scan.module import Module

if TYPE_CHECKING:
    from bot.scan.project import Project

MOST_SPOTS = 400
"""Enough for every site of the repositories tried; a bound on hostile or generated code."""

MOST_CALLS = 4
"""How many function borders a value is followed across."""


@dataclass(frozen=True, slots=True)
class Spot:
    """An expression that holds the loaded value, or the part of it `path` names. `hops` counts function borders."""

    node: ast.expr
    module: Module
    path: Path = ()
    hops: int = 0

    def at(self, node: ast.expr, *path: str) -> Spot:
        return replace(self, node=node, path=self.path + path)

    def says(self, kind: Kind, detail: str) -> Sign:
        return Sign(kind, self.path, self.module.path, self.node.lineno, detail)


Answer = Iterator[Sign | Spot]


def trace(start: Spot, project: Project) -> tuple[Sign, ...]:
    """Every sign of what `start` holds, in the order found. Bounded; what is cut off says ESCAPES."""
    waiting, seen, found = deque([start]), set[tuple[int, Path]](), list[Sign]()
    while waiting:
        spot = waiting.popleft()
        mark = (id(spot.node), spot.path)
        if mark in seen:
            continue
        seen.add(mark)
        if len(seen) > MOST_SPOTS or len(spot.path) > 8:
            found.append(spot.says(Kind.ESCAPES, "followed no further"))
            continue
        for answer in consume(spot, project):
            if isinstance(answer, Spot):
                waiting.append(answer)
            else:
                found.append(answer)
    return tuple(dict.fromkeys(found))


def consume(spot: Spot, project: Project) -> Answer:
    """What the parent of one expression does with it."""
    parent = spot.module.parent(spot.node)
    handler = _PARENTS.get(parent.__class__)
    if handler is not None:
        yield from handler(spot, parent, project)


# -- binding -------------------------------------------------------------------------------------------------


def bind(spot: Spot, target: ast.expr, project: Project) -> Answer:
    """The value of `spot` is bound to `target`."""
    if isinstance(target, ast.Name):
        yield from _claimed_by_name(spot, target.id)
        for read in reads_of(target, spot.module):
            yield spot.at(read)
    elif isinstance(target, ast.Tuple | ast.List):
        for index, element in enumerate(target.elts):
            part = step_into(spot, f"[{index}]")
            if part is not None:
                yield from bind(part, element, project)
    elif isinstance(target, ast.Starred):
        yield from bind(spot, target.value, project)
    elif isinstance(target, ast.Attribute):
        yield from _claimed_by_name(spot, target.attr)
        yield from _kept(spot, target)
    elif isinstance(target, ast.Subscript):
        yield from put_into(spot, target.value, _label(target.slice, spot.module))


def _claimed_by_name(spot: Spot, name: str) -> Answer:
    if signs.STATE_NAME.search(name) or signs.TENSOR_NAME.search(name):
        yield spot.says(Kind.CLAIM, f"is called {name}")


def _kept(spot: Spot, target: ast.Attribute) -> Answer:
    """`self.x = value`: every `self.x` of the class; `block.x = value`: every `block.x` after it."""
    owner, found = ast.unparse(target.value), False
    around = _class(target, spot.module) if owner == "self" else spot.module.function(target)
    for read in spot.module.attributes(target.attr):
        inside = _class(read, spot.module) if owner == "self" else spot.module.function(read)
        if isinstance(read.ctx, ast.Load) and inside is around and ast.unparse(read.value) == owner:
            if owner == "self" or read.lineno > target.lineno:
                found = True
                yield spot.at(read)
    if not found:
        yield spot.says(Kind.ESCAPES, f"kept as {owner}.{target.attr}")


def _class(node: ast.AST, module: Module) -> ast.ClassDef | None:
    current: ast.AST | None = node
    while current is not None and not isinstance(current, ast.ClassDef):
        current = module.parent(current)
    return current


def put_into(spot: Spot, container: ast.expr, label: str) -> Answer:
    """`container[label] = value`: from then on the container holds it. A dict rebuilt key by key stays what it was."""
    if spot.path and spot.path[-1] in ("value", "each", "[?]"):
        whole = replace(spot, path=spot.path[:-1])
    else:
        whole = replace(spot, path=(*spot.path, f"«{label}"))
    if isinstance(container, ast.Name):
        for read in spot.module.names(container.id):
            same = spot.module.function(read) is spot.module.function(spot.node)
            if same and isinstance(read.ctx, ast.Load) and read is not container and _after(read, spot.node):
                yield whole.at(read)
    elif isinstance(container, ast.Attribute):
        yield from _kept(whole, container)


def _after(read: ast.expr, node: ast.expr) -> bool:
    return (read.lineno, read.col_offset) > (node.lineno, node.col_offset)


def step_into(spot: Spot, step: str) -> Spot | None:
    """One step deeper; taking something out of a container it was put into leads back. None: another element."""
    last = spot.path[-1] if spot.path else ""
    if last.startswith("«"):
        label = last[1:]
        if step == label or "?" in (step[1:-1], label[1:-1]) or step in ("each", "value") or label == "[*]":
            return replace(spot, path=spot.path[:-1])
        return None
    if last == "items":
        if step == "each":
            return replace(spot, path=(*spot.path[:-1], "item"))
        return None
    if last == "item":
        return replace(spot, path=(*spot.path[:-1], "key" if step == "[0]" else "value"))
    if last == "values":
        return replace(spot, path=(*spot.path[:-1], "value"))
    return replace(spot, path=(*spot.path, step))


def _label(index: ast.expr, module: Module) -> str:
    if isinstance(index, ast.Constant):
        return f"[{index.value!r}]"
    if isinstance(index, ast.Attribute):
        return f"[{ast.unparse(index)}]"
    return "[?]"


# -- parents ---------------------------------------------------------------------------------------------------


def _assign(spot: Spot, parent: Any, project: Project) -> Answer:
    for target in parent.targets:
        yield from bind(spot, target, project)


def _annotated(spot: Spot, parent: Any, project: Project) -> Answer:
    if spot.node is parent.value:
        yield from claimed_by_annotation(spot, parent.annotation)
        yield from bind(spot, parent.target, project)


def claimed_by_annotation(spot: Spot, annotation: ast.expr | None) -> Answer:
    if annotation is not None:
        text = ast.unparse(annotation)
        if "Tensor" in text or "StateDict" in text or "state_dict" in text:
            yield spot.says(Kind.CLAIM, f"is annotated {text}")


def _named(spot: Spot, parent: Any, project: Project) -> Answer:
    yield from bind(spot, parent.target, project)
    yield spot.at(parent)


def _pass(spot: Spot, parent: Any, project: Project) -> Answer:
    if getattr(parent, "test", None) is not spot.node:
        yield spot.at(parent)


def _collect(spot: Spot, parent: Any, project: Project) -> Answer:
    index = parent.elts.index(spot.node)
    yield spot.at(parent, f"«[{index}]")


def _display(spot: Spot, parent: Any, project: Project) -> Answer:
    if spot.node in parent.values:
        key = parent.keys[parent.values.index(spot.node)]
        yield spot.at(parent) if key is None else spot.at(parent, f"«{_label(key, spot.module)}")


def _element(spot: Spot, parent: Any, project: Project) -> Answer:
    yield spot.at(parent, "«[*]")


def _dict_element(spot: Spot, parent: Any, project: Project) -> Answer:
    if spot.node is parent.value:
        if spot.path and spot.path[-1] in ("value", "each"):
            yield replace(spot, node=parent, path=spot.path[:-1])
        else:
            yield spot.at(parent, "«[*]")


def _loop(spot: Spot, parent: Any, project: Project) -> Answer:
    if spot.node is parent.iter:
        part = step_into(spot, "each")
        if part is not None:
            yield from bind(part, parent.target, project)


def _attribute(spot: Spot, parent: Any, project: Project) -> Answer:
    from bot.scan.evidence.attributes import read_attribute

    yield from read_attribute(spot, parent, project)


def _call(spot: Spot, parent: Any, project: Project) -> Answer:
    from bot.scan.evidence.arguments import read_argument

    if spot.node is parent.func:
        yield spot.says(Kind.OBJECT, "is called")
    else:
        yield from read_argument(spot, parent, parent.args.index(spot.node), project)


def _keyword(spot: Spot, parent: Any, project: Project) -> Answer:
    from bot.scan.evidence.arguments import read_argument

    call = spot.module.parent(parent)
    if isinstance(call, ast.Call):
        if parent.arg is None:
            yield spot.says(Kind.DICT, "is spread as keywords")
        else:
            yield from read_argument(spot, call, parent.arg, project)


def _subscript(spot: Spot, parent: Any, project: Project) -> Answer:
    if spot.node is parent.slice:
        yield spot.says(Kind.PLAIN, "is used as an index")
    elif not isinstance(parent.ctx, ast.Load):
        yield spot.says(Kind.DICT, "an item is set")
    elif isinstance(parent.slice, ast.Slice):
        yield spot.at(parent)
    elif isinstance(parent.slice, ast.Tuple):
        yield spot.says(Kind.ARRAY, "is indexed in several dimensions")
    else:
        label = _label(parent.slice, spot.module)
        if signs.PARAMETER_KEY.search(label[1:-1].strip("'\"")):
            yield spot.says(Kind.WEIGHTS, f"has the key {label}")
        part = step_into(spot, label)
        if part is not None:
            yield replace(part, node=parent)


def _operate(spot: Spot, parent: Any, project: Project) -> Answer:
    yield spot.says(Kind.PLAIN, "is calculated with")


def _compare(spot: Spot, parent: Any, project: Project) -> Answer:
    if spot.node in parent.comparators and isinstance(parent.ops[0], ast.In | ast.NotIn):
        left = parent.left
        if isinstance(left, ast.Constant) and signs.PARAMETER_KEY.search(str(left.value)):
            yield spot.says(Kind.WEIGHTS, f"is asked for {left.value!r}")
        yield spot.says(Kind.DICT, f"is asked for {ast.unparse(left)[:60]}")
    elif not isinstance(parent.ops[0], ast.Is | ast.IsNot):
        yield spot.says(Kind.COMPARED, "is compared")


def _return(spot: Spot, parent: Any, project: Project) -> Answer:
    from bot.scan.evidence.callers import calls_of

    function = spot.module.function(spot.node)
    if not isinstance(function, ast.FunctionDef | ast.AsyncFunctionDef):
        return
    yield from claimed_by_annotation(spot, function.returns)
    yield from _claimed_by_name(spot, function.name)
    calls = calls_of(function, spot.module, project) if spot.hops < MOST_CALLS else ()
    for call, module in calls:
        yield Spot(call, module, spot.path, spot.hops + 1)
    if not calls:
        yield spot.says(Kind.RETURNED, f"is returned by {function.name}")


def _print(spot: Spot, parent: Any, project: Project) -> Answer:
    yield from ()


_Handler = Callable[[Spot, Any, "Project"], Answer]
_PARENTS: dict[type[ast.AST] | type[None], _Handler] = {
    ast.Assign: _assign,
    ast.AnnAssign: _annotated,
    ast.NamedExpr: _named,
    ast.IfExp: _pass,
    ast.BoolOp: _pass,
    ast.Await: _pass,
    ast.Starred: _pass,
    ast.Tuple: _collect,
    ast.List: _collect,
    ast.Set: _collect,
    ast.Dict: _display,
    ast.ListComp: _element,
    ast.SetComp: _element,
    ast.GeneratorExp: _element,
    ast.DictComp: _dict_element,
    ast.For: _loop,
    ast.AsyncFor: _loop,
    ast.comprehension: _loop,
    ast.Attribute: _attribute,
    ast.Call: _call,
    ast.keyword: _keyword,
    ast.Subscript: _subscript,
    ast.BinOp: _operate,
    ast.UnaryOp: _print,
    ast.AugAssign: _operate,
    ast.Compare: _compare,
    ast.Return: _return,
    ast.FormattedValue: _print,
}
