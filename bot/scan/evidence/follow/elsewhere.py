"""Where a value is read that was bound to a name others reach: module globals, class attributes, properties, fixtures.

Other files are parsed only when they name what is followed, and not at all where that is too common a name.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from bot.model import Unreadable
from bot.scan.evidence.ground.behind import kept_as, project_classes, values_of
from bot.scan.evidence.ground.callees import MOST_FILES
from bot.scan.evidence.ground.callers import Call
from bot.scan.evidence.ground.classes import bases_of, enclosing_class, share_self
from bot.scan.evidence.ground.imports import imported_as, stem_of
from bot.scan.evidence.ground.kin import bound_class
from bot.scan.evidence.ground.memo import remember
from bot.scan.evidence.ground.reach import outer_scope, reads_in_scope, reads_of_parameter
from bot.scan.evidence.saves.content import annotation_of
from bot.scan.names.evaluate import evaluate
from bot.scan.names.module import Definition, Module
from bot.scan.names.spelling import spelt
from bot.scan.names.values import Instance
from bot.scan.project import is_source

if TYPE_CHECKING:
    from bot.scan.project import Project

Read = tuple[ast.expr, Module]
_SETTER = re.compile(rb"(\w+)\s*\.\s*setter")


def reads_as_global(target: ast.Name, module: Module) -> Iterator[ast.Name]:
    """Reads of a name that its function declares `global` or `nonlocal`, in the rest of the module or function."""
    function = module.function(target)
    if any(target.id in node.names and module.function(node) is function for node in module.of(ast.Global)):
        yield from reads_in_scope(target.id, module.tree, module)
    if function is not None and any(
        target.id in node.names and module.function(node) is function for node in module.of(ast.Nonlocal)
    ):
        yield from reads_in_scope(target.id, outer_scope(target.id, function, module), module)


def reads_elsewhere(target: ast.Name, module: Module, project: Project) -> Iterator[Read]:
    """Reads of a name bound at the top of a module or of a class: `from a import NET`, `a.NET`, `self.net`, `A.net`."""
    scope = module.scope(target)
    if isinstance(scope, ast.ClassDef):
        for read in module.attributes(target.id):
            if isinstance(read.ctx, ast.Load) and is_of(scope, read, module):
                yield read, module
    elif scope is module.tree and (not project.asked_often or _may_be_taken(target.id, module, project)):
        for other in _others(target.id, module, project):
            yield from _reads_in(other, target.id, module)


def reads_of_module(attribute: str, home: Module, project: Project) -> Iterator[Read]:
    """Reads of a name of a module: in it, `home.net` in other files, and where they import the name."""
    yield from ((n, home) for n in home.names(attribute) if isinstance(n.ctx, ast.Load))
    for other in _others(attribute, home, project):
        yield from _reads_in(other, attribute, home)


def _reads_in(other: Module, name: str, home: Module) -> Iterator[Read]:
    """Where another file reads a name of the module `home`."""
    stem = stem_of(home.path)
    words = set(imported_as(name, other, home.path))
    named: list[ast.Name | ast.Attribute] = [n for word in words for n in other.names(word)]
    named += [a for a in other.attributes(name) if spelt(a.value).rpartition(".")[2] == stem]
    yield from ((read, other) for read in named if isinstance(read.ctx, ast.Load))


def _may_be_taken(word: str, module: Module, project: Project) -> bool:
    """Whether a file holds a name of this module and imports it, or the module, or a package around that: to ask those
    costs less than to look for the name in all files.
    """
    around = PurePosixPath(module.path).with_suffix("").parts
    importing = project.importing(word, *around) - {module.path}
    return any(word.encode() in project.files[path] for path in importing)


def is_of(owner: ast.ClassDef, read: ast.Attribute, module: Module) -> bool:
    """Whether an attribute is one of what is seen to be made by the class: `self.x` in it, `Owner.x`, `made.x`."""
    receiver = spelt(read.value)
    if receiver in ("self", "cls"):
        return share_self(owner, enclosing_class(read, module), module) or bound_class(read, module) == owner.name
    return receiver == owner.name or was_made_by(owner.name, read.value, module)


def was_made_by(name: str, receiver: ast.expr, module: Module) -> bool:
    """Whether a class called `name` made it, as its bindings say, those of `self.receiver`, or its declaration."""
    made: Iterator[ast.expr | None] = iter((receiver,))
    if isinstance(receiver, ast.Name):
        made = values_of(receiver, module)
        if _is_declared(name, receiver, module):
            return True
    elif isinstance(receiver, ast.Attribute) and getattr(receiver.value, "id", "") == "self":
        made = kept_as(receiver.attr, receiver, module)
    calls = (value.func for value in made if isinstance(value, ast.Call))
    return any(name == getattr(function, "id", getattr(function, "attr", "")) for function in calls)


def _is_declared(name: str, receiver: ast.Name, module: Module) -> bool:
    """`def run(engine: Engine)`."""
    function = module.function(receiver)
    if not isinstance(function, ast.FunctionDef | ast.AsyncFunctionDef):
        return False
    declared = annotation_of(receiver.id, function)
    text = spelt(declared).strip("'\"") if declared is not None else ""
    return text.rpartition(".")[2] == name


def is_instance(receiver: ast.expr, owner: ast.ClassDef, module: Module) -> bool:
    """`Owner().load(path)` that returns `self`."""
    return any(isinstance(v, Instance) and v.of.node is owner for v in evaluate(receiver, module))


def set_by_property(holder: ast.expr, attribute: str, module: Module) -> Iterator[Read]:
    """Where a property's setter reads what `holder.attribute = value` gives it."""
    seen = _SETTER.findall(module.source.data) if module.project is None else _setters(module, module.project)
    if attribute.encode() not in seen:
        return
    classes = {v.of for v in evaluate(holder, module) if isinstance(v, Instance)}
    for owner in classes:
        for node in owner.node.body:
            if isinstance(node, ast.FunctionDef) and any(
                spelt(d) == f"{attribute}.setter" for d in node.decorator_list
            ):
                for parameter in node.args.args[1:2]:
                    yield from ((r, owner.module) for r in reads_of_parameter(parameter.arg, node, owner.module))


def _setters(module: Module, project: Project) -> frozenset[bytes]:
    """The names of all properties that can be set, in the project and in `module`, which may be a notebook."""

    def find() -> frozenset[bytes]:
        homes = project.containing(b".setter")
        return frozenset(name for path in homes for name in _SETTER.findall(project.files[path]))

    known = remember(project, "setters", find)
    return known if is_source(module.path) else known.union(_SETTER.findall(module.source.data))


def _others(word: str, module: Module, project: Project, *, beside: bytes = b"") -> Iterator[Module]:
    """The other files that hold a word, and what is asked for `beside` it, parsed; none of a word that many hold."""
    for path in project.holders(word.encode(), most=MOST_FILES) or ():
        if path != module.path and beside in project.files[path]:
            other = project.module(path)
            if not isinstance(other, Unreadable):
                yield other


def reads_by_kin(owner: ast.ClassDef, attribute: str, module: Module, project: Project) -> Iterator[Read]:
    """Reads of `self.attribute` of a class in its bases and subclasses of other files, and of `made.attribute` where
    `made` is seen to be one.
    """
    word, bases = f".{attribute}".encode(), bases_of(owner)
    for read in module.attributes(attribute):
        made = isinstance(read.ctx, ast.Load) and spelt(read.value) != "self"
        if made and (was_made_by(owner.name, read.value, module) or is_instance(read.value, owner, module)):
            yield read, module
    for other in _others(owner.name, module, project, beside=word):
        for read in other.attributes(attribute):
            around = enclosing_class(read, other)
            inside = spelt(read.value) == "self" and around is not None and owner.name in bases_of(around)
            if isinstance(read.ctx, ast.Load) and (inside or was_made_by(owner.name, read.value, other)):
                yield read, other
    for base in bases - {"object", "Module", "ABC"}:
        homes = (path for path in project.naming_class(base) if path != module.path)
        for node, home in project_classes(base, project) if any(word in project.files[p] for p in homes) else ():
            if home is not module and word in project.files[home.path]:
                inner = (n for n in home.attributes(attribute) if enclosing_class(n, home) is node)
                yield from ((n, home) for n in inner if isinstance(n.ctx, ast.Load))


def calls_on_made(function: Definition, owner: ast.ClassDef, module: Module, project: Project) -> Iterator[Call]:
    """The calls of a method on what is seen to be made by its class, or is one of its kin, however common its name."""
    for read, home in reads_by_kin(owner, function.name, module, project):
        call = home.parent(read)
        if isinstance(call, ast.Call) and call.func is read:
            yield call, home


def reads_of_result(function: Definition, module: Module, project: Project) -> Iterator[Read]:
    """Where the result of a property or of a test's fixture is read: there is no call to be seen."""
    decorators = {spelt(d).partition("(")[0].rpartition(".")[2] for d in function.decorator_list}
    owner = module.parent(function)
    if decorators & {"property", "cached_property", "lazy_property"} and isinstance(owner, ast.ClassDef):
        for read in module.attributes(function.name):
            if isinstance(read.ctx, ast.Load) and is_of(owner, read, module):
                yield read, module
        yield from reads_by_kin(owner, function.name, module, project)
    elif "fixture" in decorators:
        yield from _reads_of_fixture(_name_of_fixture(function), module, project)
    elif function.name == "model_fn":  # SageMaker gives what it returns to `predict_fn(data, model)`
        for taker in module.bound(ast.FunctionDef, "predict_fn"):
            for parameter in taker.args.args[1:2]:
                yield from ((read, module) for read in reads_of_parameter(parameter.arg, taker, module))


def _reads_of_fixture(name: str, module: Module, project: Project) -> Iterator[Read]:
    """Where the functions that ask for a fixture read it: in its file, or anywhere below a `conftest.py`."""
    shared = module.path.endswith("conftest.py")
    for other in (module, *(_others(name, module, project) if shared else ())):
        takers: list[Definition] = [*other.of(ast.FunctionDef, name), *other.of(ast.AsyncFunctionDef, name)]
        for taker in takers:
            if any(a.arg == name for a in taker.args.args):
                yield from ((read, other) for read in reads_of_parameter(name, taker, other))


def _name_of_fixture(function: Definition) -> str:
    """`@pytest.fixture(name="net")` gives it another name."""
    given = (k for d in function.decorator_list if isinstance(d, ast.Call) for k in d.keywords if k.arg == "name")
    named = next((k.value for k in given), None)
    return str(named.value) if isinstance(named, ast.Constant) else function.name


def reads_of_factory(made: ast.AST, module: Module) -> Iterator[ast.expr]:
    """Where the field of a class is read that `field(default_factory=made)` fills."""
    keyword = module.parent(made)
    call = module.parent(keyword) if isinstance(keyword, ast.keyword) and keyword.arg == "default_factory" else None
    field = module.parent(call) if isinstance(call, ast.Call) else None
    owner = module.parent(field) if isinstance(field, ast.AnnAssign) else None
    if isinstance(field, ast.AnnAssign) and isinstance(owner, ast.ClassDef) and isinstance(field.target, ast.Name):
        reads = (a for a in module.attributes(field.target.id) if isinstance(a.ctx, ast.Load))
        yield from (read for read in reads if is_of(owner, read, module))


def entered_as(owner: ast.ClassDef, module: Module, project: Project) -> Iterator[tuple[ast.expr, Module]]:
    """What `with Owner() as name` calls what `__enter__` returns."""
    for home in (module, *_others(owner.name, module, project)):
        for item in home.of(ast.withitem):
            made = item.context_expr
            if item.optional_vars is not None and was_made_by(owner.name, made, home):
                yield item.optional_vars, home
