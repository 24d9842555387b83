"""Functions kept in a table and called from there: `LOADERS = {"net": load_net}`, `LOADERS[kind](path)`."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from bot.scan.evidence.follow.elsewhere import reads_elsewhere
from bot.scan.evidence.follow.running import calls_by
from bot.scan.evidence.ground.callers import Call, calling_modules, calls_of
from bot.scan.evidence.ground.reach import reads_of_parameter
from bot.scan.names.arguments import word_of
from bot.scan.names.evaluate import evaluate
from bot.scan.names.module import Definition, Module
from bot.scan.names.values import Function

if TYPE_CHECKING:
    from bot.scan.project import Project

_Table = tuple[ast.Name, Module]


def calls_by_tables(function: Definition, module: Module, project: Project) -> Iterator[Call]:
    """The calls of what is taken out of a table that the function stands in, by its name or by a decorator."""
    yield from _calls_by((*_tables_with(function, module, project), *_registries(function, module, project)), project)


def calls_of_lambda(made: ast.Lambda, module: Module, project: Project) -> Iterator[Call]:
    """The same of a lambda that stands in a table: `LOADERS = {".pt": lambda path: torch.load(path)}`."""
    yield from _calls_by(((name, module) for name in _tables_around(made, module)), project)


def _calls_by(tables: Iterable[_Table], project: Project) -> Iterator[Call]:
    for name, home in tables:
        own = ((n, home) for n in home.names(name.id) if isinstance(n.ctx, ast.Load))
        for read, where in (*own, *reads_elsewhere(name, home, project)):
            yield from ((call, where) for call in _called_out_of(read, where))


def _tables_with(function: Definition, module: Module, project: Project) -> Iterator[_Table]:
    """`TABLE = {key: function}`, `TABLE[key] = function`."""
    for home, names in calling_modules(function, module, project):
        for use in (read for name in names for read in home.names(name)):
            yield from ((table, home) for table in _tables_around(use, home))


def _tables_around(kept: ast.expr, module: Module) -> Iterator[ast.Name]:
    display = module.parent(kept)
    statement = module.parent(display) if isinstance(display, ast.Dict | ast.List | ast.Tuple) else display
    targets = statement.targets if isinstance(statement, ast.Assign) else []
    if isinstance(statement, ast.AnnAssign):
        targets = [statement.target]
    for target in targets:
        table = target.value if isinstance(target, ast.Subscript) else target
        if isinstance(table, ast.Name) and (statement is not display or table is not target):
            yield table


def calls_by_decorators(function: Definition, module: Module, project: Project) -> Iterator[Call]:
    """Where a decorator of the project calls what it decorates, to do something with what that gives; and the calls of
    a function of many kinds that it is one kind of (`@read.register`).
    """
    for decorator in function.decorator_list:
        maker = decorator.func if isinstance(decorator, ast.Call) else decorator
        general = maker.value if isinstance(maker, ast.Attribute) and maker.attr == "register" else None
        for found in evaluate(general, module) if general is not None else ():
            if isinstance(found, Function) and not isinstance(found.node, ast.Lambda):
                yield from calls_of(found.node, found.module, project)
        for found in (v for v in evaluate(maker, module) if isinstance(v, Function)):
            home, outer = found.module, found.node
            inner = [n for n in ast.walk(outer) if isinstance(n, ast.FunctionDef | ast.AsyncFunctionDef)]
            takers = inner if isinstance(decorator, ast.Call) else [outer]
            for taker in takers:
                for parameter in taker.args.args[:1]:
                    uses = reads_of_parameter(parameter.arg, taker, home)
                    calls = ((home.parent(use), use) for use in uses)
                    yield from ((c, home) for c, use in calls if isinstance(c, ast.Call) and c.func is use)


def _registries(function: Definition, module: Module, project: Project) -> Iterator[_Table]:
    """`TABLE` of a decorator of the project that keeps what it decorates: `TABLE[name] = function`."""
    for decorator in function.decorator_list:
        maker = decorator.func if isinstance(decorator, ast.Call) else decorator
        if not project.defining(word_of(maker)):
            continue  # a library's
        for found in (v for v in evaluate(maker, module) if isinstance(v, Function)):
            inside = [n for n in ast.walk(found.node) if isinstance(n, ast.FunctionDef | ast.AsyncFunctionDef)]
            taken = {a.arg for each in inside for a in each.args.args}
            for node in ast.walk(found.node):
                kept = isinstance(node, ast.Assign) and isinstance(node.value, ast.Name) and node.value.id in taken
                for target in node.targets if isinstance(node, ast.Assign) and kept else ():
                    if isinstance(target, ast.Subscript) and isinstance(target.value, ast.Name):
                        yield target.value, found.module


def _called_out_of(read: ast.expr, module: Module) -> Iterator[ast.Call]:
    """`read[key](...)`, `read.get(key)(...)`, `run = read[key]`, `run(...)`."""
    taken = module.parent(read)
    if isinstance(taken, ast.Attribute) and taken.attr == "get":
        taken = module.parent(taken)
    elif not isinstance(taken, ast.Subscript) or taken.value is not read:
        return
    around = module.parent(taken) if taken is not None else None
    if isinstance(around, ast.Call) and around.func is taken:
        yield around
    elif isinstance(around, ast.Assign):
        yield from calls_by(around.targets, module)
