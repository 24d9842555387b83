"""What pytest hands to the parameters of tests and fixtures: what a fixture gives, what `parametrize` lists."""

from __future__ import annotations

import ast
import posixpath
from collections.abc import Iterable

from bot.scan.names.arguments import word_of
from bot.scan.names.bound import results, yielded
from bot.scan.names.lookup import exported
from bot.scan.names.module import Module
from bot.scan.names.parameters import elements
from bot.scan.names.values import Evaluate, Parameter, Sequence, Unknown, Value


def given_by_pytest(parameter: Parameter, of: Evaluate) -> tuple[Value, ...]:
    """All that a test, or a fixture, is given for a parameter; empty where it is neither, or nothing is found."""
    function = parameter.function
    if isinstance(function, ast.Lambda) or parameter.default:
        return ()
    if not (function.name.startswith("test") or _fixture_of(function, parameter.module)):
        return ()
    return tuple(_listed(parameter, of)) or tuple(given_by_fixture(parameter, of))


def given_by_fixture(parameter: Parameter, of: Evaluate) -> Iterable[Value]:
    """The result of the fixture of a parameter's name, in the file or a conftest above."""
    for module in (parameter.module, *_conftests(parameter.module)):
        for binding in exported(parameter.name, module):
            if _fixture_of(binding.node, module) is not None:
                given = (*results(module).get(binding.node, ()), *yielded(module).get(binding.node, ()))
                yield from (v for result in given for v in of(result, module))


def asked_for(request: Parameter, of: Evaluate) -> Iterable[Value]:
    """`request.param` of a fixture: what `@pytest.fixture(params=[...])` lists."""
    decorator = _fixture_of(request.function, request.module)
    listed = decorator.keywords if isinstance(decorator, ast.Call) else []
    values = [v for k in listed if k.arg == "params" for v in of(k.value, request.module)]
    return [v for each in values for v in elements(each)] or (Unknown(),)


def _listed(parameter: Parameter, of: Evaluate) -> Iterable[Value]:
    """What `@pytest.mark.parametrize("safe", [True, False])` gives, also above the class."""
    function, module = parameter.function, parameter.module
    marked = [each for each in (function, module.parent(function)) if isinstance(each, ast.FunctionDef | ast.ClassDef)]
    for call in (decorator for each in marked for decorator in each.decorator_list):
        if isinstance(call, ast.Call) and word_of(call.func) == "parametrize" and len(call.args) > 1:
            said = call.args[0].value if isinstance(call.args[0], ast.Constant) else ""
            names = [name.strip() for name in str(said).split(",")]
            if parameter.name in names:
                seen = all(k.arg != "indirect" for k in call.keywords)
                rows = [v for each in of(call.args[1], module) for v in elements(each)] if seen else [Unknown()]
                place = names.index(parameter.name) if len(names) > 1 else None
                yield from (v for row in rows for v in _at(place, row))


def _at(place: int | None, row: Value) -> Iterable[Value]:
    if place is None:
        return (row,)
    return row.items[place] if isinstance(row, Sequence) and place < len(row.items) else (Unknown(),)


def _fixture_of(function: ast.AST, module: Module) -> ast.expr | None:
    """The decorator that makes a function a fixture."""
    decorators = function.decorator_list if isinstance(function, ast.FunctionDef | ast.AsyncFunctionDef) else ()
    return next((each for each in decorators if "fixture" in module.segment(each).partition("(")[0]), None)


def _conftests(module: Module) -> Iterable[Module]:
    folder, files = module.path, module.project.files if module.project else {}
    while folder:
        folder = posixpath.dirname(folder)
        path = posixpath.join(folder, "conftest.py")
        found = module.project.module(path) if module.project and path in files and path != module.path else None
        if isinstance(found, Module):
            yield found
