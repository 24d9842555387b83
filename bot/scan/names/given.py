"""What others give: callers to a parameter, `exec(text, {...})` to the names in its text."""

from __future__ import annotations

import ast
from collections.abc import Iterable

from bot.scan.names.bound import results, yielded
from bot.scan.names.lookup import exported
from bot.scan.names.module import Module
from bot.scan.names.values import Class, Dictionary, Evaluate, Function, Instance, Parameter, Qualified, Value

_FOLLOWED = frozenset({"torch", "torch.serialization"})
BINDS = frozenset({"functools.partial", "functools.partialmethod"})
_NAMESPACES = 3
"""Code, globals, locals: the arguments of exec and eval."""


def given_by_callers(parameter: Parameter, of: Evaluate) -> Iterable[Value]:
    """torch, or the text "load", where a call in the same file hands it over, or torch in another: `read(torch, path)`.

    Everything else that callers give is left alone: this is asked of every parameter something is looked up in.
    """
    for module in (parameter.module, *_others_that_give(parameter)):
        for argument, call in _handed_over(module):
            callee, bound = call.func, 0
            if call.args and any(isinstance(v, Qualified) and v.name in BINDS for v in of(callee, module)):
                callee, bound = call.args[0], 1  # `partial(read, torch)`
            for function in functions_of(callee, module, of):
                if argument_of(parameter, function, call, bound=bound) is argument:
                    yield from of(argument, module)
    yield from _given_by_fixture(parameter, of)


def _given_by_fixture(parameter: Parameter, of: Evaluate) -> Iterable[Value]:
    """What pytest hands to a parameter: the result of the file's fixture of that name."""
    module = parameter.module
    for binding in exported(parameter.name, module):
        function = binding.node
        decorators = function.decorator_list if isinstance(function, ast.FunctionDef) else ()
        if any("fixture" in module.segment(decorator) for decorator in decorators):
            for result in (*results(module).get(function, ()), *yielded(module).get(function, ())):
                yield from of(result, module)


def _others_that_give(parameter: Parameter) -> Iterable[Module]:
    """The other files that give torch to something called as the parameter's function, or as its class."""
    module, function = parameter.module, parameter.function
    if module.project is None or not module.project.handed.takers or isinstance(function, ast.Lambda):
        return
    owner = module.parent(function)
    name = owner.name if isinstance(owner, ast.ClassDef) and function.name == "__init__" else function.name
    for path in sorted({path for taker, path in module.project.handed.takers if taker == name}):
        other = module.project.module(path) if path != module.path else None
        if isinstance(other, Module):
            yield other


def _handed_over(module: Module) -> list[tuple[ast.expr, ast.Call]]:
    """Arguments that are torch by a name of the file's imports, or the text "load", with their calls."""
    found: list[tuple[ast.expr, ast.Call]] | None = module.cache.get("handed over")
    if found is None:
        names = {a.asname or a.name for s in module.of(ast.Import) for a in s.names if a.name in _FOLLOWED}
        said: list[ast.expr] = [name for word in sorted(names) for name in module.names(word)]
        said += [c for c in module.texts("load") if c.value == "load"]
        found = module.cache["handed over"] = []
        for node in said:
            parent = module.parent(node)
            call = module.parent(parent) if isinstance(parent, ast.keyword) else parent
            if isinstance(call, ast.Call) and call.func is not node:
                found.append((node, call))
    return found


def functions_of(callee: ast.expr, module: Module, of: Evaluate) -> Iterable[Function]:
    """The project's functions that a call can run, `__init__` where it makes an object."""
    for value in of(callee, module):
        if isinstance(value, Function):
            yield value
        elif isinstance(value, Class | Instance):
            owner, name = (value, "__init__") if isinstance(value, Class) else (value.of, "__call__")
            for binding in exported(name, owner.module, owner.node):
                if isinstance(binding.node, ast.FunctionDef):
                    yield Function(binding.node, owner.module)


def argument_of(parameter: Parameter, function: Function, call: ast.Call, *, bound: int = 0) -> ast.expr | None:
    """What a call gives `parameter` of `function`; None where it gives nothing or that cannot be told. The first
    `bound` arguments are not the function's own.
    """
    if parameter.function is not function.node or any(isinstance(a, ast.Starred) for a in call.args):
        return None
    for keyword in call.keywords:
        if keyword.arg == parameter.name:
            return keyword.value
    names = [a.arg for a in (*function.node.args.posonlyargs, *function.node.args.args)]
    shift = 1 if names[:1] in (["self"], ["cls"]) else 0
    index = names.index(parameter.name) - shift if parameter.name in names else -1
    given = call.args[bound:]
    return given[index] if 0 <= index < len(given) else None


def parameter_given(call: ast.Call, argument: ast.expr, function: ast.FunctionDef | ast.AsyncFunctionDef) -> str:
    """The name by which a function knows an argument of a call of it; empty where that cannot be told."""
    names = [a.arg for a in (*function.args.posonlyargs, *function.args.args)]
    shift = 1 if names[:1] in (["self"], ["cls"]) else 0
    said = next((k.arg for k in call.keywords if k.value is argument), None)
    if said is None and argument in call.args:
        said = next(iter(names[call.args.index(argument) + shift :]), None)
    return said or ""


def uses_of_word(word: str, module: Module) -> list[ast.Name | ast.Attribute]:
    """Where a file reads what is called so, as a name or as an attribute of whatever."""
    named: list[ast.Name | ast.Attribute] = [*module.names(word), *module.attributes(word)]
    return [use for use in named if isinstance(use.ctx, ast.Load)]


def used_inside(name: str, function: ast.AST, module: Module) -> list[ast.Name]:
    """Where a function, or one inside it, reads a name."""
    found = []
    for use in module.names(name) if name else ():
        around = module.function(use)
        while around is not None and around is not function:
            around = module.function(around)
        if around is function and isinstance(use.ctx, ast.Load):
            found.append(use)
    return found


def given_to_text(name: str, module: Module, of: Evaluate) -> list[Value]:
    """What `exec(text, {"t": torch})` makes of a name in the text, which is all of `module`."""
    if module.outer is None:
        return []
    outer, text = module.outer
    found: list[Value] = []
    for call in _runs_of(text, outer):
        for namespace in call.args[1:_NAMESPACES]:
            for values in of(namespace, outer):
                found += values.get(name)[0] if isinstance(values, Dictionary) and values.complete else ()
    return found


def _runs_of(text: ast.expr, module: Module) -> Iterable[ast.Call]:
    """`exec(text, ...)`, also by the one name the text was given."""
    parent = module.parent(text)
    words = [t.id for t in parent.targets if isinstance(t, ast.Name)] if isinstance(parent, ast.Assign) else []
    uses = [module.parent(name) for word in words for name in module.names(word)]
    for call in (text, parent, *uses):
        if isinstance(call, ast.Call) and isinstance(call.func, ast.Name) and call.func.id in ("eval", "exec"):
            yield call
