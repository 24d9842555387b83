"""Into a class of the project that is called: the parameters of its `__init__`, or the fields of a dataclass."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from bot.scan.evidence.follow.claims import claimed_by_annotation
from bot.scan.evidence.follow.elsewhere import is_of, reads_by_kin
from bot.scan.evidence.follow.spot import Answer, Spot
from bot.scan.evidence.ground.annotations import fields_of, holds_tensors, is_plain
from bot.scan.evidence.ground.behind import project_classes
from bot.scan.evidence.ground.classes import bases_of, enclosing_class, method_in
from bot.scan.evidence.ground.reach import reads_of_parameter
from bot.scan.evidence.saves.content import annotation_of
from bot.scan.names.arguments import word_of
from bot.scan.names.module import Module
from bot.scan.names.spelling import spelt

if TYPE_CHECKING:
    from bot.scan.project import Project

_OWN_CLASS = ("cls", "type(self)", "self.__class__")


def constructor(call: ast.Call, module: Module, project: Project) -> tuple[ast.ClassDef, Module] | None:
    """The one class of the project that `call` makes an instance of; `super().__init__` means the base."""
    name = word_of(call.func)
    if name == "__init__" and isinstance(call.func, ast.Attribute) and spelt(call.func.value) == "super()":
        around = enclosing_class(call, module)
        names = bases_of(around) if around is not None else set()
        name = names.pop() if len(names) == 1 else ""
    elif spelt(call.func) in _OWN_CLASS:
        around = enclosing_class(call, module)
        return (around, module) if around is not None else None
    if not name[:1].isupper():
        return None  # as cheap a test as there is: what is no class by its name is not looked for
    own = module.bound(ast.ClassDef, name)
    found = [(own[-1], module)] if own else project_classes(name, project)
    return found[0] if len(found) == 1 else None


def into_constructor(spot: Spot, call: ast.Call, place: int | str, project: Project) -> Answer:
    """What is given to a class: the parameter of its `__init__` or the field of a dataclass, and its type."""
    made = constructor(call, spot.module, project)
    if made is None:
        return
    node, home = made
    own, names = method_in(node, "__init__"), taken_by(node)
    name = place if isinstance(place, str) else names[place] if place < len(names) else ""
    if own is not None:
        yield from claimed_by_annotation(spot, annotation_of(name, own), home)
        for read in reads_of_parameter(name, own, home):
            yield Spot(read, home, spot.path, spot.hops + 1)
    elif name in names:
        yield from claimed_by_annotation(spot, fields_of(node)[name], home)
        inside = (n for n in home.attributes(name) if is_of(node, n, home) and isinstance(n.ctx, ast.Load))
        seen = [*((n, home) for n in inside), *reads_by_kin(node, name, home, project)]
        for found, where in seen:
            yield Spot(found, where, spot.path, spot.hops + 1)


def taken_by(owner: ast.ClassDef) -> list[str]:
    """What a class is made of: the parameters of its `__init__`, or its fields."""
    own = method_in(owner, "__init__")
    return [*fields_of(owner)] if own is None else [a.arg for a in (*own.args.posonlyargs, *own.args.args)][1:]


def is_made_of_tensors(owner: ast.ClassDef) -> bool:
    """Whether a dataclass has fields of tensors and of what is as plain, and no other."""
    made = any("dataclass" in spelt(d) for d in owner.decorator_list) and method_in(owner, "__init__") is None
    kinds = list(fields_of(owner).values())
    return made and all(map(is_plain, kinds)) and any(map(holds_tensors, kinds))
