"""Who calls a function of the project, and which function a call means.

Files are parsed only when their bytes hold the name.
"""

from __future__ import annotations

import ast
from collections.abc import Collection, Iterator
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from bot.model import Unreadable
from bot.scan.evidence.ground.imports import imported_as, last_name
from bot.scan.evidence.ground.memo import remember
from bot.scan.evidence.ground.mentions import may_call_function, may_call_method
from bot.scan.names.module import Definition, Module
from bot.scan.names.spelling import spelt
from bot.scan.project import is_source

if TYPE_CHECKING:
    from bot.scan.project import Project

MOST_FILES = 12
"""A name used in more files than this is too common to follow."""

Call = tuple[ast.Call, Module]
Found = tuple[Definition, Module]


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
        ):
            yield call, other


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
        return found[0] if len(found) == 1 else None
    if isinstance(function, ast.Attribute):
        return _method(function, module, project)
    return None


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


def _method(function: ast.Attribute, module: Module, project: Project) -> Found | None:
    receiver = spelt(function.value)
    if receiver in ("self", "cls"):
        around = enclosing_class(function, module)
        own = [n for n in _named(function.attr, module) if module.parent(n) is around]
        if around is not None and own:
            return own[-1], module
        return _of_kin(function.attr, around, project) if around is not None else None
    found = _owned_by(function.attr, receiver, project)
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


def _is_common(name: str, project: Project) -> bool:
    """Whether several functions are called `name`, as far as they are followed."""
    paths = project.defining(name)
    return len(definitions(name, project)) > 1 if len(paths) == 1 else 1 < len(paths) <= MOST_FILES


def _is_method(found: Found) -> bool:
    return isinstance(found[1].parent(found[0]), ast.ClassDef)


def enclosing_class(node: ast.AST, module: Module) -> ast.ClassDef | None:
    """The innermost class around `node`, or itself."""
    if isinstance(node, ast.ClassDef):
        return node
    return next((outer for _, outer in module.around(node) if isinstance(outer, ast.ClassDef)), None)


def share_self(one: ast.ClassDef | None, other: ast.ClassDef | None, module: Module) -> bool:
    """Whether `self` of one class can be `self` of the other: the same, or one a base of the other in this module."""
    if one is other or one is None or other is None:
        return one is other
    return _descends(one, other, module) or _descends(other, one, module)


def _descends(node: ast.ClassDef, ancestor: ast.ClassDef, module: Module) -> bool:
    waiting, known = {node.name}, set[str]()
    while waiting and ancestor.name not in known:
        known |= waiting
        found = (each for name in waiting for each in module.bound(ast.ClassDef, name))
        waiting = {base for each in found for base in bases_of(each)} - known
    return ancestor.name in known


def bases_of(node: ast.ClassDef) -> set[str]:
    return {spelt(base).split(".")[-1].split("[")[0] for base in node.bases}


def stem_of(path: str) -> str:
    pure = PurePosixPath(path)
    return pure.parent.name if pure.name == "__init__.py" else pure.stem
