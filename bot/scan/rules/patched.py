"""Where `torch.load` itself is replaced, and whether the replacement switches the protection off."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import TypeGuard

from bot.scan.names.evaluate import evaluate
from bot.scan.names.module import Module
from bot.scan.names.values import LOADS, Constant, Function, Partial, Qualified, Value

_SETTERS = frozenset({"setattr", "patch", "object"})  # builtin or monkeypatch.setattr, mock.patch, mock.patch.object


@dataclass(frozen=True, slots=True)
class Patch:
    """`node` replaces torch.load. `unsafe` is True when the replacement passes False, None when that cannot be told."""

    node: ast.expr | ast.stmt
    unsafe: bool | None


def find_patches(module: Module) -> Iterator[Patch]:
    """Every replacement of torch.load that is not the original put back, and not one that only adds True."""
    for assignment in module.of(ast.Assign):
        for target in assignment.targets:
            if _is_load(target, module):
                yield from _patch(assignment, assignment.value, module)
            elif _is_defaults(target, module):
                yield from _defaults(assignment, [assignment.value], module)
    for merge in module.of(ast.AugAssign):
        if _is_defaults(merge.target, module):
            yield from _defaults(merge, [merge.value], module)
    for call in module.of(ast.Call):
        if (
            isinstance(call.func, ast.Attribute)
            and call.func.attr == "update"
            and _is_defaults(call.func.value, module)
        ):
            named = [k.value for k in call.keywords if k.arg == "weights_only"]
            yield from _defaults(call, named or call.args, module)
        replacement = _set_by_call(call, module)
        if replacement is not None:
            yield from _patch(call, replacement, module)


def _is_load(target: ast.expr, module: Module) -> bool:
    if not isinstance(target, ast.Attribute) or target.attr != "load":
        return False
    return any(isinstance(v, Qualified) and f"{v.name}.load" in LOADS for v in evaluate(target.value, module))


def _is_defaults(target: ast.expr, module: Module) -> bool:
    """`torch.load.__kwdefaults__ = {...}`, `torch.load.__kwdefaults__["weights_only"] = ...`, `|=` and `update`."""
    target = target.value if isinstance(target, ast.Subscript) else target
    if not isinstance(target, ast.Attribute) or target.attr != "__kwdefaults__":
        return False
    return any(isinstance(v, Qualified) and v.name in LOADS for v in evaluate(target.value, module))


def _defaults(node: ast.stmt | ast.Call, given: Iterable[ast.expr], module: Module) -> Iterator[Patch]:
    values: list[ast.expr] = []
    for each in given:
        pairs = zip(each.keys, each.values, strict=True) if isinstance(each, ast.Dict) else ()
        named = [value for key, value in pairs if isinstance(key, ast.Constant) and key.value == "weights_only"]
        values += named if isinstance(each, ast.Dict) else [each]
    said = {verdict for value in values for verdict in _constants(value, module)}
    if said != {True}:
        yield Patch(node, True if False in said else None)


def _set_by_call(call: ast.Call, module: Module) -> ast.expr | None:
    """What a call of `setattr` and its like puts in the place of torch.load."""
    name = call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")
    if name not in _SETTERS or len(call.args) < 2:
        return None
    first, second = call.args[0], call.args[1]
    if isinstance(first, ast.Constant):
        return second if first.value in LOADS else None
    if not isinstance(second, ast.Constant) or second.value != "load" or len(call.args) < 3:
        return None
    owners = evaluate(first, module)
    of_torch = any(isinstance(v, Qualified) and f"{v.name}.load" in LOADS for v in owners)
    return call.args[2] if of_torch else None


def _patch(node: ast.expr | ast.stmt, replacement: ast.expr, module: Module) -> Iterator[Patch]:
    if isinstance(replacement, ast.Call) and "mock" in ast.unparse(replacement.func).lower():
        return
    verdicts = {_verdict(value, module) for value in evaluate(replacement, module)}
    if True in verdicts:
        yield Patch(node, True)
    elif None in verdicts and not isinstance(node, ast.expr):  # a fake set by a test's monkeypatch is no switch
        yield Patch(node, None)


def _verdict(value: Value, module: Module) -> bool | None:
    """True when the replacement passes False; False for the original, a fake or one that passes True; else None."""
    if isinstance(value, Qualified):
        return False
    if isinstance(value, Partial):
        given = [k.value for k in value.call.keywords if k.arg == "weights_only"]
        return _sum([said for expression in given for said in _constants(expression, value.module)])
    if isinstance(value, Function):
        return _sum(_passed(value))
    return None


def _sum(said: list[bool | None]) -> bool | None:
    if False in said:
        return True
    return False if said and all(said) else None


def _passed(function: Function) -> list[bool | None]:
    """Each thing a replacement says of weights_only: as a keyword, in a dict, by `kwargs["weights_only"] = ...`."""
    module, found = function.module, []
    for node in ast.walk(function.node):
        if (isinstance(node, ast.keyword) and node.arg == "weights_only") or _writes_key(node):
            found += _constants(node.value, module)
        elif isinstance(node, ast.Call) and _is_setdefault(node):
            found += _constants(node.args[1], module)
        elif isinstance(node, ast.Dict):
            pairs = zip(node.keys, node.values, strict=True)
            named = [v for k, v in pairs if isinstance(k, ast.Constant) and k.value == "weights_only"]
            found += [said for value in named for said in _constants(value, module)]
    return found


def _writes_key(node: ast.AST) -> TypeGuard[ast.Assign]:
    targets = node.targets if isinstance(node, ast.Assign) else []
    keys = [target.slice for target in targets if isinstance(target, ast.Subscript)]
    return any(isinstance(key, ast.Constant) and key.value == "weights_only" for key in keys)


def _is_setdefault(call: ast.Call) -> bool:
    named = isinstance(call.func, ast.Attribute) and call.func.attr == "setdefault" and len(call.args) == 2
    return named and isinstance(call.args[0], ast.Constant) and call.args[0].value == "weights_only"


def _constants(expression: ast.expr, module: Module) -> list[bool | None]:
    """True, False, or None for what is no constant; a parameter counts as its default."""
    values = [v for each in evaluate(expression, module) for v in (getattr(each, "default", ()) or (each,))]
    return [bool(value.value) if isinstance(value, Constant) else None for value in values]
