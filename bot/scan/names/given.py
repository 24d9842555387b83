"""What others give: callers to a parameter, `exec(text, {...})` to the names in its text."""

from __future__ import annotations

import ast
from collections.abc import Iterable

from bot.scan.names.arguments import TIMES, argument_of, word_of
from bot.scan.names.fixtures import given_by_fixture
from bot.scan.names.lookup import exported
from bot.scan.names.module import Module
from bot.scan.names.values import Class, Dictionary, Evaluate, Function, Instance, Parameter, Qualified, Value

_CONTENTS = frozenset({"torch.__dict__", "torch.serialization.__dict__"})
_FOLLOWED = frozenset({"torch", "torch.serialization"})
BINDS = frozenset({"functools.partial", "functools.partialmethod"})
_IMPORTS = ("import_module", "__import__")
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
    yield from given_by_fixture(parameter, of)


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
    """Arguments that are torch by a name of the file's imports or by a call that imports it, or the text "load", with
    their calls.
    """
    found: list[tuple[ast.expr, ast.Call]] | None = module.cache.get("handed over")
    if found is None:
        said: list[ast.expr] = [*_torch_named(module), *_torch_imported(module)]
        said += [c for c in module.texts("load") if c.value == "load"]
        found = module.cache["handed over"] = []
        for node in said:
            parent = module.parent(node)
            call = module.parent(parent) if isinstance(parent, ast.keyword) else parent
            if isinstance(call, ast.Call) and call.func is not node:
                found.append((node, call))
    return found


def _torch_named(module: Module) -> Iterable[ast.expr]:
    """Where torch, or its `serialization`, stands under a name of the file's imports, or one that is assigned it."""
    names = [a.asname or a.name for s in module.of(ast.Import) for a in s.names if a.name in _FOLLOWED]
    taken = [a for s in module.of(ast.ImportFrom) if s.module == "torch" for a in s.names]
    names += [a.asname or a.name for a in taken if a.name == "serialization"]
    words = sorted(set(names))
    for word in words:  # grows while it is read
        for name in module.names(word):
            parent = module.parent(name)
            if isinstance(parent, ast.Assign) and isinstance(parent.targets[0], ast.Name):
                words += [parent.targets[0].id] if parent.targets[0].id not in words else []
            yield parent if isinstance(parent, ast.Attribute) and parent.attr == "serialization" else name


def _torch_imported(module: Module) -> Iterable[ast.expr]:
    """`read(import_module("torch"), path)`."""
    if not any(word in module.source.text for word in _IMPORTS):
        return
    for text in module.texts("torch"):
        call = module.parent(text) if text.value in _FOLLOWED else None
        if isinstance(call, ast.Call) and word_of(call.func) in _IMPORTS:
            yield call


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
        named = [k.value for k in call.keywords if k.arg in ("globals", "locals")]
        for namespace in (*call.args[1:_NAMESPACES], *named):
            for values in of(namespace, outer):
                there, sure = values.get(name) if isinstance(values, Dictionary) else ((), False)
                if isinstance(values, Dictionary) and (sure or values.complete):
                    found += there
                elif isinstance(values, Qualified) and values.name in _CONTENTS:
                    found.append(Qualified(f"{values.name.removesuffix('.__dict__')}.{name}", values.ambiguous))
    return found


def _runs_of(text: ast.expr, module: Module) -> Iterable[ast.Call]:
    """`exec(text, ...)`, also by the one name the text was given."""
    parent = module.parent(text)
    words = [t.id for t in parent.targets if isinstance(t, ast.Name)] if isinstance(parent, ast.Assign) else []
    uses = [module.parent(name) for word in words for name in module.names(word)]
    for call in (text, parent, *uses):
        if isinstance(call, ast.Call) and word_of(call.func) in TIMES | {"eval", "exec"}:
            yield call
