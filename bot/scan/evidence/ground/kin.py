"""Which functions a call can mean, of a method of `self` also those of subclasses that stand for it; and of which class
`self` is outside all of them.
"""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from bot.model import Unreadable
from bot.scan.evidence.ground.behind import project_classes
from bot.scan.evidence.ground.callees import MOST_FILES, Found, callee
from bot.scan.evidence.ground.classes import bases_of, enclosing_class
from bot.scan.evidence.ground.memo import remember
from bot.scan.names.module import Module
from bot.scan.names.spelling import spelt

if TYPE_CHECKING:
    from bot.scan.project import Project

_DEEPEST = 4


def meant_by(call: ast.Call, module: Module, project: Project) -> tuple[Found, ...]:
    """The function of the project that `call` means, and what subclasses have in its place where it is `self`'s; none
    where it means none.
    """
    found = callee(call, module, project)
    if found is None:
        return ()
    owner = found[1].parent(found[0])
    of_self = isinstance(call.func, ast.Attribute) and spelt(call.func.value) == "self"
    if not of_self or not isinstance(owner, ast.ClassDef):
        return (found,)
    name = found[0].name
    return (found, *remember(project, ("overriding", id(found[0])), lambda: _overriding(name, owner, project)))


def left_to_subclasses(call: ast.Call, module: Module, project: Project) -> tuple[Found, ...]:
    """`self.hook(value)` of a class that has no `hook`, and whose bases have none (`callee` is None): those of its
    subclasses.
    """
    if not isinstance(call.func, ast.Attribute) or spelt(call.func.value) != "self":
        return ()
    owner, name = enclosing_class(call, module), call.func.attr
    if owner is None:
        return ()
    return remember(project, ("left to subclasses", id(owner), name), lambda: _overriding(name, owner, project))


def _overriding(name: str, owner: ast.ClassDef, project: Project) -> tuple[Found, ...]:
    """The methods called `name` of subclasses, in as many files as are looked at."""
    homes = (project.module(path) for path in project.defining(name)[:MOST_FILES])
    return tuple(
        (method, home)
        for home in homes
        if not isinstance(home, Unreadable)
        for method in home.bound(ast.FunctionDef, name)
        if isinstance(kind := home.parent(method), ast.ClassDef) and descends(kind, owner.name, project)
    )


def descends(kind: ast.ClassDef, ancestor: str, project: Project, depth: int = 0) -> bool:
    """Whether a class has one called `ancestor` among those it is made of; itself it is not."""
    bases = bases_of(kind)
    if ancestor in bases or depth >= _DEEPEST:
        return ancestor in bases
    kinds = (each for base in bases for each, _ in project_classes(base, project))
    return any(descends(each, ancestor, project, depth + 1) for each in kinds)


def bound_class(read: ast.Attribute, module: Module) -> str:
    """What `self` is in a function outside all classes: `types.MethodType(function, thing)` makes it a method, and
    Celery's `@app.task(bind=True, base=Owner)` one of a class.
    """
    function = module.function(read)
    if not isinstance(function, ast.FunctionDef) or enclosing_class(function, module) is not None:
        return ""
    given = (k for d in function.decorator_list if isinstance(d, ast.Call) for k in d.keywords if k.arg == "base")
    base = next((spelt(k.value) for k in given), "")
    if base:
        return base
    made = (c for c in module.of(ast.Call, "MethodType") if len(c.args) == 2)
    return next((spelt(c.args[1]) for c in made if spelt(c.args[0]) == function.name), "")
