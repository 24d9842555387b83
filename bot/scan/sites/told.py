"""Who says no where the source says yes: a caller that gives False for a default of True, a subclass that overrides."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator

from bot.scan.names.arguments import argument_of
from bot.scan.names.attributes import declared_classes
from bot.scan.names.evaluate import evaluate
from bot.scan.names.given import BINDS, functions_of, uses_of_word
from bot.scan.names.lookup import exported
from bot.scan.names.module import Module
from bot.scan.names.values import Class, Constant, Dictionary, Function, Instance, Parameter, Qualified, Value


def some_give_false(parameter: Parameter) -> bool:
    """Whether a caller in the project gives something false to a parameter: it counts beside a default of True.

    In other files only `name=False` written out is looked for.
    """
    function, module = parameter.function, parameter.module
    if isinstance(function, ast.Lambda) or not parameter.default:
        return False
    owner = module.parent(function)
    made = isinstance(owner, ast.ClassDef) and function.name == "__init__"
    word = owner.name if made and isinstance(owner, ast.ClassDef) else function.name
    return any(
        _gives_false(use, parameter, Function(function, module), other)
        for other in (module, *_others(word, f"{parameter.name}=False", module))
        for use in uses_of_word(word, other)
    )


def some_set_false(expression: ast.expr | None, module: Module) -> bool:
    """Whether `self.safe`, which the class says is True, is False in a subclass, for an object it is set for, or
    where an object is made of a class that says nothing of how (a dataclass).
    """
    if not isinstance(expression, ast.Attribute):
        return False
    values = evaluate(expression.value, module)
    owners: list[Value] = [v.of if isinstance(v, Instance) else v for v in values]
    owners += [c for v in values if isinstance(v, Parameter) for c in declared_classes(v, evaluate)]
    return any(isinstance(owner, Class) and _is_set(owner, expression.attr) for owner in owners)


def _is_set(owner: Class, name: str) -> bool:
    module = owner.module
    for store in module.attributes(name):
        statement = module.parent(store)
        if isinstance(statement, ast.Assign) and not isinstance(store.ctx, ast.Load):
            holders = evaluate(store.value, module)
            if any(isinstance(v, Instance) and v.of == owner for v in holders) and _is_false(statement.value, module):
                return True
    below = [c for c in module.of(ast.ClassDef) if any(owner in evaluate(base, module) for base in c.bases)]
    written = [module.parent(b.node) for c in below for b in exported(name, module, c)]
    if any(isinstance(s, ast.Assign | ast.AnnAssign) and _is_false(s.value, module) for s in written):
        return True
    plain = not exported("__init__", module, owner.node)
    calls = [module.parent(use) for use in uses_of_word(owner.node.name, module)] if plain else []
    told = [k.value for c in calls if isinstance(c, ast.Call) for k in c.keywords if k.arg == name]
    return any(_is_false(value, module) for value in told)


def _others(word: str, written: str, module: Module) -> Iterator[Module]:
    """Other files that hold both a word and a text."""
    if module.project is None or module.outer is not None:
        return
    for path in module.project.containing(written.encode()):
        if path != module.path and word.encode() in module.project.files[path]:
            other = module.project.module(path)
            if isinstance(other, Module):
                yield other


def _gives_false(use: ast.Name | ast.Attribute, parameter: Parameter, function: Function, module: Module) -> bool:
    call, bound = module.parent(use), 0
    if isinstance(call, ast.Call) and call.func is not use and use in call.args[:1]:  # `partial(read, safe=False)`
        bound = 1 if any(isinstance(v, Qualified) and v.name in BINDS for v in evaluate(call.func, module)) else -1
    if not isinstance(call, ast.Call) or bound < 0 or (call.func is not use and not bound):
        return False
    given = argument_of(parameter, function, call, bound=bound)
    spread = [v for k in call.keywords if k.arg is None for v in evaluate(k.value, module)] if given is None else []
    said = [s for v in spread if isinstance(v, Dictionary) and v.complete for s in v.get(parameter.name)[0]]
    if not (_is_false(given, module) or any(map(_counts_as_false, said))):
        return False
    known = any(inside.node is function.node for inside in functions_of(use, module, evaluate))
    return known or _is_super(use, function, module)


def _is_super(use: ast.expr, function: Function, module: Module) -> bool:
    """`super().read(path, weights_only=False)` in a class right below that of the function."""
    made = use.value if isinstance(use, ast.Attribute) else None
    if not (isinstance(made, ast.Call) and isinstance(made.func, ast.Name) and made.func.id == "super"):
        return False
    method = module.function(use)
    own = module.parent(method) if method is not None else None
    bases: Iterable[Value] = (
        [v for base in own.bases for v in evaluate(base, module)] if isinstance(own, ast.ClassDef) else ()
    )
    return any(isinstance(v, Class) and v.node is function.module.parent(function.node) for v in bases)


def _is_false(expression: ast.expr | None, module: Module) -> bool:
    return expression is not None and any(map(_counts_as_false, evaluate(expression, module)))


def _counts_as_false(value: Value) -> bool:
    if isinstance(value, Parameter):
        return any(map(_counts_as_false, value.default))
    return isinstance(value, Constant) and not value.value
