"""Who calls a function of the project; files are parsed only when their bytes hold its name."""

from __future__ import annotations

import ast
from collections.abc import Collection, Iterator
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from bot.model import Unreadable
from bot.scan.evidence.ground.callees import MOST_FILES, definitions
from bot.scan.evidence.ground.classes import bases_of, enclosing_class
from bot.scan.evidence.ground.imports import imported_as, is_of_library, last_name, stem_of
from bot.scan.evidence.ground.memo import remember
from bot.scan.evidence.ground.mentions import may_call_function, may_call_method
from bot.scan.names.module import Definition, Module
from bot.scan.names.spelling import spelt
from bot.scan.project import is_source

if TYPE_CHECKING:
    from bot.scan.project import Project

Call = tuple[ast.Call, Module]


def calls_of(function: Definition, module: Module, project: Project) -> tuple[Call, ...]:
    """The calls of `function` in the project that can be told from its name, its class and the imports."""
    return remember(project, ("calls", id(function)), lambda: tuple(_calls(function, module, project)))


def _calls(function: Definition, module: Module, project: Project) -> Iterator[Call]:
    owner = module.parent(function)
    common = isinstance(owner, ast.ClassDef) and _is_common(function.name, project)
    for other in _calling(function, module, project):
        if isinstance(owner, ast.ClassDef):
            yield from _method_calls(function, owner, other, module, common=common)
        else:
            yield from _function_calls(function.name, other, module.path)
            if other.path.endswith("/__init__.py") or other.path == "__init__.py":
                yield from _through_package(function.name, other, home=module.path, project=project)


def _through_package(name: str, package: Module, *, home: str, project: Project) -> Iterator[Call]:
    """Calls of what a package hands out under another name: `from .io import load_net as load`."""
    for alias in {*imported_as(name, package, home)} - {name}:
        for path in project.holders(alias.encode(), most=MOST_FILES) or ():
            other = project.module(path)
            if path != package.path and not isinstance(other, Unreadable):
                yield from _function_calls(alias, other, package.path)


def _calling(function: Definition, module: Module, project: Project) -> Iterator[Module]:
    """The modules in which `function` may be called or handed on."""
    method = isinstance(module.parent(function), ast.ClassDef)
    may_call = may_call_method if method else may_call_function
    for path in _callers(function, module, project, method=method):
        if path == module.path or may_call(function.name, project.files[path]):
            other = project.module(path)
            if not isinstance(other, Unreadable):
                yield other


def calling_modules(function: Definition, module: Module, project: Project) -> tuple[tuple[Module, set[str]], ...]:
    """The modules in which `function` may be called or handed on, each with the names it has there."""
    return remember(project, ("calling", id(function)), lambda: tuple(_calling_modules(function, module, project)))


def _calling_modules(function: Definition, module: Module, project: Project) -> Iterator[tuple[Module, set[str]]]:
    method = isinstance(module.parent(function), ast.ClassDef)
    for other in _calling(function, module, project):
        own = () if method else (function.name,) if other is module else imported_as(function.name, other, module.path)
        yield other, set(own)


def _callers(function: Definition, module: Module, project: Project, *, method: bool) -> tuple[str, ...]:
    """The files in which calls of `function` may stand: its own alone where its name is too common to be followed.

    One that is no method is called in another file by an import, of itself or of its module.
    """
    own = (module.path,) if is_source(module.path) else ()
    package = PurePosixPath(module.path).parent.name
    asked = tuple(filter(None, (function.name, stem_of(module.path), package)))
    word = function.name.encode()
    if not method and project.asked_often:
        importing = project.importing(*asked) - {module.path}
        if not importing or (own and _are_without(word, importing, project) and word in project.files[module.path]):
            return own  # whether the name is too common need not be found out
    paths = project.holders(word, most=MOST_FILES)
    if paths is None:
        return (module.path,) if method else (module.path, *_importers(function.name, module, project))
    return tuple(path for path in paths if method or path == module.path or project.imports(path, *asked))


def _importers(name: str, module: Module, project: Project) -> list[str]:
    """Of a name that stands in many files those that import it from what may be its module, or call it of that; none
    where these are many too.
    """
    stem, package = stem_of(module.path), PurePosixPath(module.path).parent.name
    taking = project.importing(name) & project.importing(*filter(None, (stem, package)))
    calling = {path for path in project.importing(stem) if may_call_method(name, project.files[path])}
    found = sorted((taking | calling) - {module.path})
    return found if len(found) <= MOST_FILES else []


def _are_without(word: bytes, paths: Collection[str], project: Project) -> bool:
    return not any(word in project.files[path] for path in paths)


def _method_calls(
    function: Definition, owner: ast.ClassDef, other: Module, home: Module, *, common: bool
) -> Iterator[Call]:
    """`self.load()` in the class and its kin, `Owner.load()`, and any `x.load()` where only one class has a `load`."""
    for attribute in other.attributes(function.name):
        call = other.parent(attribute)
        if not (isinstance(call, ast.Call) and call.func is attribute):
            continue
        receiver = attribute.value
        if isinstance(receiver, ast.Name) and receiver.id in ("self", "cls"):
            around = enclosing_class(attribute, other)
            if around is not None and (
                around is owner or owner.name in bases_of(around) or around.name in bases_of(owner)
            ):
                yield call, other
        elif spelt(receiver) == "super()":
            around = enclosing_class(attribute, other)
            if around is not None and owner.name in bases_of(around):
                yield call, other
        elif not common or (isinstance(receiver, ast.Name) and receiver.id == owner.name):
            yield call, other


def _function_calls(function: str, other: Module, home: str) -> Iterator[Call]:
    names = {function} if other.path == home else set(imported_as(function, other, home))
    for name in names:
        for read in other.names(name):
            call = other.parent(read)
            if isinstance(call, ast.Call) and call.func is read:
                yield call, other
    stem, package = stem_of(home), PurePosixPath(home).parent.name  # which may hand it out as its own
    for attribute in other.attributes(function):
        call = other.parent(attribute)
        if (
            isinstance(call, ast.Call)
            and call.func is attribute
            and last_name(attribute.value, other) in (stem, package)
            and not is_of_library(attribute.value, other)
        ):
            yield call, other


def _is_common(name: str, project: Project) -> bool:
    """Whether several functions are called `name`, as far as they are followed."""
    paths = project.defining(name)
    return len(definitions(name, project)) > 1 if len(paths) == 1 else 1 < len(paths) <= MOST_FILES
