"""What a parameter can be: its default, what a lambda called on the spot is given, an item of `*given`."""

from __future__ import annotations

import ast
from collections.abc import Iterable
from typing import cast

from bot.scan.names.arguments import argument_of, word_of
from bot.scan.names.imports import imported_module, imported_name
from bot.scan.names.module import Module
from bot.scan.names.values import (
    AnyKey,
    Class,
    Dictionary,
    Evaluate,
    Function,
    Instance,
    Item,
    Parameter,
    Sequence,
    Unknown,
    Value,
)

_MAPS = frozenset({"map", "filter"})


def parameter_values(node: ast.arg, module: Module, of: Evaluate) -> Iterable[Value]:
    """What the parameter `node` can be inside its function."""
    arguments = cast(ast.arguments, module.above(node))
    function = cast("ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda", module.above(arguments))
    if node is arguments.kwarg:
        call = module.parent(function) if isinstance(function, ast.Lambda) else None
        if isinstance(call, ast.Call) and call.func is function:  # `(lambda **given: ...)(lib=torch)`
            return (Dictionary(tuple(Item(k.arg or AnyKey.ANY, of(k.value, module)) for k in call.keywords)),)
        return (Dictionary((Item(AnyKey.ANY, (), options=Parameter(node.arg, function, module)),)),)
    owner = module.parent(function)
    positional = [*arguments.posonlyargs, *arguments.args]
    if isinstance(owner, ast.ClassDef) and positional[:1] == [node] and not isinstance(function, ast.Lambda):
        decorators = {d.id for d in function.decorator_list if isinstance(d, ast.Name)}
        if "staticmethod" not in decorators:
            made = Class(owner, module)
            return (made if "classmethod" in decorators or function.name == "__new__" else Instance(made),)
    if imported := _imported_by_a_cell(node, function, module):
        return (imported,)
    default = _default(node, arguments)
    parameter = Parameter(node.arg, function, module, of(default, module) if default is not None else ())
    return _given_on_the_spot(parameter, of) or (parameter,)


def is_cell(function: ast.AST, module: Module) -> bool:
    """Whether a function is a cell of a marimo notebook: what it returns, others take as their parameters."""
    if "marimo" not in module.source.text or not isinstance(function, ast.FunctionDef):
        return False
    return any(ast.unparse(d).partition("(")[0].endswith(".cell") for d in function.decorator_list)


def _imported_by_a_cell(node: ast.arg, function: ast.AST, module: Module) -> Value | None:
    """What another cell of a marimo notebook imports under the parameter's name: its cells are functions, and take so
    what they need of each other.
    """
    if not is_cell(function, module):
        return None
    whole = [a.name for s in module.of(ast.Import) for a in s.names if (a.asname or a.name) == node.arg]
    parts = [(s, a.name) for s in module.of(ast.ImportFrom) for a in s.names if (a.asname or a.name) == node.arg]
    named = [imported_name(statement, name, module) for statement, name in parts]
    found: list[Value] = [imported_module(dotted, module) for dotted in whole]
    return next((v for v in (*found, *named) if not isinstance(v, tuple)), None)


def _given_on_the_spot(parameter: Parameter, of: Evaluate) -> Iterable[Value]:
    """`(lambda t: t.load(path))(import_module("torch"))`, `map(lambda t: t.load(path), [torch])`: nobody else calls
    it. `*given` are the arguments that have no name of their own.
    """
    function, module = parameter.function, parameter.module
    call = module.parent(function) if isinstance(function, ast.Lambda) else None
    if not isinstance(call, ast.Call):
        return ()
    if call.func is not function:
        mapped = call.args[1:] if word_of(call.func) in _MAPS and call.args[:1] == [function] else []
        given_lists = zip((a.arg for a in function.args.args), mapped, strict=False)
        lists = [v for name, given in given_lists if name == parameter.name for v in of(given, module)]
        return [v for each in lists if isinstance(each, Sequence) for v in elements(each)]
    given = argument_of(parameter, Function(function, module), call)
    seen = not any(isinstance(a, ast.Starred) for a in call.args) and all(k.arg for k in call.keywords)
    if seen and _takes_the_rest(parameter):
        rest = call.args[len(function.args.posonlyargs) + len(function.args.args) :]
        return (Sequence(tuple(of(each, module) for each in rest)),)
    return of(given, module) if given is not None else (parameter.default if seen else ())


def item_given(parameter: Parameter, index: int) -> Parameter | None:
    """What stands at a place of `*given`, as a parameter of its own, which callers give by place."""
    return Parameter(f"*{index}", parameter.function, parameter.module) if _takes_the_rest(parameter) else None


def _takes_the_rest(parameter: Parameter) -> bool:
    rest = parameter.function.args.vararg
    return rest is not None and rest.arg == parameter.name


def _default(node: ast.arg, arguments: ast.arguments) -> ast.expr | None:
    positional = [*arguments.posonlyargs, *arguments.args]
    if node in positional:
        index = positional.index(node) - len(positional) + len(arguments.defaults)
        return arguments.defaults[index] if index >= 0 else None
    if node in arguments.kwonlyargs:
        return arguments.kw_defaults[arguments.kwonlyargs.index(node)]
    return None


def elements(value: Value) -> Iterable[Value]:
    """What a loop over `value` gives."""
    if isinstance(value, Sequence):
        return [v for item in value.items for v in item]
    return (Unknown(),)
