"""Which function of the project a call means; files are parsed only when their bytes define the name."""

from __future__ import annotations

import ast
from collections.abc import Collection, Iterator
from typing import TYPE_CHECKING

from bot.model import Unreadable
from bot.scan.evidence.ground.classes import bases_of, enclosing_class
from bot.scan.evidence.ground.imports import imported_as, is_of_library, last_name, stem_of
from bot.scan.evidence.ground.memo import remember
from bot.scan.names.module import Definition, Module
from bot.scan.names.spelling import spelt

if TYPE_CHECKING:
    from bot.scan.project import Project

MOST_FILES = 12
"""A name used in more files than this is too common to follow."""

Found = tuple[Definition, Module]


def callee(call: ast.Call, module: Module, project: Project) -> Found | None:
    """The one function of the project that `call` can mean, or None."""
    function = call.func
    if isinstance(function, ast.Name):
        local = [(f, module) for f in _named(function.id, module) if not _is_method((f, module))]
        if local:
            return local[-1]
        if not _taken(module) & {function.id, "*"}:
            return None
        found = [f for f in _taken_from(function.id, module, project) if not _is_method(f)]
        if len(found) > 1:  # copies of one file: the import says which
            homes = _homes_of(function.id, module, project)
            found = [f for f in found if f[1].path in homes]
        return found[0] if len(found) == 1 else None
    if isinstance(function, ast.Attribute):
        return _method(function, module, project)
    return None


def _taken(module: Module) -> frozenset[str]:
    """Every name that a `from ... import` of the module takes, under its first name."""
    known: frozenset[str] | None = module.cache.get("evidence.taken")
    if known is None:
        known = frozenset(alias.name for node in module.of(ast.ImportFrom) for alias in node.names)
        module.cache["evidence.taken"] = known
    return known


def _taken_from(name: str, module: Module, project: Project) -> Iterator[Found]:
    """The functions called `name` that `module` can have imported; no other file is parsed."""
    paths = project.defining(name)
    for path in paths if len(paths) <= MOST_FILES else ():
        if path != module.path and next(imported_as(name, module, path), ""):
            yield from _in_file(name, path, project)


def _homes_of(name: str, module: Module, project: Project) -> set[str | None]:
    """The files that `from ... import name` means, as Python finds them from this module."""
    return {
        project.locate(node.module or "", module.path, node.level)
        for node in module.of(ast.ImportFrom)
        if any(alias.name in (name, "*") for alias in node.names)
    }


def _method(function: ast.Attribute, module: Module, project: Project) -> Found | None:
    receiver = spelt(function.value)
    if receiver in ("self", "cls"):
        around = enclosing_class(function, module)
        own = [n for n in _named(function.attr, module) if module.parent(n) is around]
        if around is not None and own:
            return own[-1], module
        return _of_kin(function.attr, around, project) if around is not None else None
    found = () if is_of_library(function.value, module) else _owned_by(function.attr, receiver, project)
    in_module = [f for f in found if not _is_method(f) and stem_of(f[1].path) == last_name(function.value, module)]
    in_class = [f for f in found if _is_method(f) and getattr(f[1].parent(f[0]), "name", "") == receiver]
    chosen = in_module or in_class or (found if len(project.defining(function.attr)) == 1 else ())
    return chosen[0] if len(chosen) == 1 else None


def _of_kin(name: str, around: ast.ClassDef, project: Project) -> Found | None:
    """The method `name` of a class called as `around` or as one of its bases; other files are not parsed."""
    kin = {around.name, *bases_of(around)}
    owners = frozenset(path for owner in kin for path in project.naming_class(owner))
    for node, home in _definitions(name, project, among=owners):
        owner = home.parent(node)
        if isinstance(owner, ast.ClassDef) and owner.name in kin:
            return node, home
    return None


def _owned_by(name: str, receiver: str, project: Project) -> tuple[Found, ...]:
    """The functions called `name` of the only file that defines it, or of those with the receiver's class or name."""
    paths = project.defining(name)
    if len(paths) == 1:
        return definitions(name, project)
    last, owners = receiver.rpartition(".")[2], frozenset(project.naming_class(receiver))
    return tuple(_definitions(name, project, among=owners | {path for path in paths if stem_of(path) == last}))


def _is_method(found: Found) -> bool:
    return isinstance(found[1].parent(found[0]), ast.ClassDef)


def decorated_by(function: ast.expr, module: Module) -> Found | None:
    """The one function that `function` stands for where it is the parameter of a decorator of the same file."""
    around = module.function(function)
    while isinstance(function, ast.Name) and around is not None:
        taken = [a.arg for a in around.args.args[:1]]
        if taken == [function.id] and not isinstance(around, ast.Lambda):
            every: list[Definition] = [*module.of(ast.FunctionDef), *module.of(ast.AsyncFunctionDef)]
            found = [f for f in every if any(spelt(d) == around.name for d in f.decorator_list)]
            return (found[0], module) if len(found) == 1 else None
        around = module.function(around)
    return None


def definitions(name: str, project: Project) -> tuple[Found, ...]:
    """Every function of the project called `name`."""
    return remember(project, ("definitions", name), lambda: tuple(_definitions(name, project)))


def _definitions(name: str, project: Project, *, among: Collection[str] | None = None) -> Iterator[Found]:
    """Those in the files `among`, or in all; none of a name that more than `MOST_FILES` define."""
    paths = project.defining(name)
    for path in paths if len(paths) <= MOST_FILES else ():
        if among is None or path in among:
            yield from _in_file(name, path, project)


def _in_file(name: str, path: str, project: Project) -> Iterator[Found]:
    module = project.module(path)
    if not isinstance(module, Unreadable):
        yield from ((node, module) for node in _named(name, module))


def _named(name: str, module: Module) -> list[Definition]:
    return [*module.bound(ast.FunctionDef, name), *module.bound(ast.AsyncFunctionDef, name)]
