"""What is put into a dict after it was made: by `update`, by `setdefault`, by a function that it is handed to."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from bot.scan.evidence.ground.behind import bound_to
from bot.scan.evidence.ground.callees import Found, callee, definitions
from bot.scan.evidence.ground.classes import enclosing_class
from bot.scan.evidence.saves.content import Content, Stored
from bot.scan.evidence.saves.numbers import numpy_number
from bot.scan.names.arguments import word_of
from bot.scan.names.module import Module
from bot.scan.names.spelling import spelt

if TYPE_CHECKING:
    from bot.scan.project import Project

_MOST = 6
_LOOKS = re.compile(
    r"_?(print|log|info|debug|warn|assert|save|dump|write|put|append|send|check|show|clean|drop|remove|free)"
)
"""What only looks at a dict, hands it on, or takes things out of it."""
Value = tuple[ast.expr, Module]


_PUTS = frozenset("append appendleft add insert extend update setdefault".split())
_MAPPINGS = frozenset("dict OrderedDict copy".split())


def is_mapping(value: ast.expr | None) -> bool:
    """`{...}`, `dict(a=x)`, `held.copy()`: what more may be put into."""
    return isinstance(value, ast.Dict) or (isinstance(value, ast.Call) and word_of(value.func) in _MAPPINGS)


def put_later(name: ast.Name, module: Module, project: Project) -> Iterator[Value]:
    """The values put into the dict called so, in its function and above where it is read."""
    function = module.function(name)
    for use in (n for n in module.names(name.id) if module.function(n) is function and n.lineno < name.lineno):
        parent = module.parent(use)
        if isinstance(parent, ast.Attribute):
            yield from ((value, module) for value in _by_method(parent, module) if not _is_read_back(value, module))
        elif isinstance(parent, ast.Subscript) and parent.value is use:
            yield from ((value, module) for value in _into_member(parent, module))
    for call in _takers(name, module):
        place = next(n for n, given in enumerate(call.args) if getattr(given, "id", "") == name.id)
        for found in _may_mean(call, module, project):
            yield from _put_by(found, place, call)


def put_into(held: ast.Name | ast.Attribute, module: Module) -> Iterator[ast.expr]:
    """Whatever is put into a container or a member of it: in the function of a name, in the class of an attribute."""
    for use in _uses_of(held, module):
        member, parent = use, module.parent(use)
        while isinstance(parent, ast.Subscript) and parent.value is member:
            member, parent = parent, module.parent(parent)
        if member is not use and isinstance(parent, ast.Assign) and member in parent.targets:
            yield parent.value
        elif isinstance(parent, ast.Attribute) and parent.attr in _PUTS:
            call = module.parent(parent)
            if isinstance(call, ast.Call) and call.func is parent:
                yield from (*call.args[-1:], *(k.value for k in call.keywords))


def _uses_of(held: ast.Name | ast.Attribute, module: Module) -> Iterator[ast.expr]:
    if isinstance(held, ast.Name):
        function = module.function(held)
        yield from (name for name in module.names(held.id) if module.function(name) is function)
    else:
        around = enclosing_class(held, module)
        yield from (a for a in module.attributes(held.attr) if enclosing_class(a, module) is around)


def _is_read_back(value: ast.expr, module: Module) -> bool:
    """`held.update(loaded["held"])`: what was read from the file goes into it again."""
    while isinstance(value, ast.Subscript | ast.Attribute | ast.Call):
        value = value.func if isinstance(value, ast.Call) else value.value
    made = bound_to(value, module) if isinstance(value, ast.Name) else ()
    return any(isinstance(each, ast.Call) and "load" in spelt(each.func) for each in made)


def taken_by_others(name: ast.Name, module: Module, project: Project) -> Iterator[Stored]:
    """What is not seen: a hook that is given the dict and gives nothing back was called to put something into it."""
    for call in _takers(name, module):
        word = word_of(call.func)
        if (
            isinstance(module.parent(call), ast.Expr)
            and not _LOOKS.match(word)
            and not _may_mean(call, module, project)
        ):
            yield Stored(Content.UNKNOWN, f"what {word or 'a call'}() puts into it")


def _takers(name: ast.Name, module: Module) -> Iterator[ast.Call]:
    function = module.function(name)
    for use in (n for n in module.names(name.id) if module.function(n) is function and n.lineno < name.lineno):
        parent = module.parent(use)
        if isinstance(parent, ast.Call) and use in parent.args:
            yield parent


def _by_method(attribute: ast.Attribute, module: Module) -> Iterator[ast.expr]:
    """`x` of `held.update(x)`, `held.update(key=x)` and `held.setdefault(key, x)`."""
    call = module.parent(attribute)
    if isinstance(call, ast.Call) and call.func is attribute:
        if attribute.attr == "update":
            yield from (*call.args, *(k.value for k in call.keywords))
        elif attribute.attr == "setdefault":
            yield from call.args[1:]


def _into_member(member: ast.Subscript, module: Module) -> Iterator[ast.expr]:
    """`x` of `held["extra"]["args"] = x`, of `held["extra"].update(args=x)`, and of `held["losses"].append(x)` where it
    is a number of numpy's; what else is put there its name tells.
    """
    grows = module.parent(member)
    if isinstance(grows, ast.Subscript) and grows.value is member:
        statement = module.parent(grows)
        if isinstance(statement, ast.Assign) and grows in statement.targets:
            yield statement.value
        else:
            yield from _into_member(grows, module)
        return
    if isinstance(grows, ast.Attribute) and grows.attr in ("update", "setdefault"):
        yield from _by_method(grows, module)
        return
    call = module.parent(grows) if isinstance(grows, ast.Attribute) and grows.attr in ("append", "extend") else None
    if isinstance(call, ast.Call) and call.func is grows:
        yield from (value for value in call.args if numpy_number(value, module) is not None)


def _may_mean(call: ast.Call, module: Module, project: Project) -> tuple[Found, ...]:
    """The functions of the project that may be called: of callbacks all methods of the name."""
    found = callee(call, module, project)
    if found is not None or not isinstance(call.func, ast.Attribute):
        return (found,) if found is not None else ()
    several = definitions(call.func.attr, project)
    return several if len(several) <= _MOST else ()


def _put_by(found: Found, place: int, call: ast.Call) -> Iterator[Value]:
    """What a function puts into the dict that it takes at `place`."""
    function, home = found
    names = [a.arg for a in (*function.args.posonlyargs, *function.args.args)]
    if isinstance(home.parent(function), ast.ClassDef) and isinstance(call.func, ast.Attribute):
        names = names[1:]
    taken = names[place] if place < len(names) else ""
    for read in (n for n in home.names(taken) if taken and home.function(n) is function):
        parent = home.parent(read)
        statement = home.parent(parent) if parent is not None else None
        if (
            isinstance(parent, ast.Subscript)
            and isinstance(parent.ctx, ast.Store)
            and isinstance(statement, ast.Assign)
        ):
            yield statement.value, home
        elif isinstance(parent, ast.Attribute):
            yield from ((value, home) for value in _by_method(parent, home))
