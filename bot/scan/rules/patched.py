"""Where `torch.load` itself is replaced, and whether the replacement switches the protection off."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from bot.scan.names.evaluate import evaluate
from bot.scan.names.module import Module
from bot.scan.names.values import LOADS, Qualified
from bot.scan.sites.replaced import constants, verdict

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
    said = {each for value in values for each in constants(value, module)}
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
    verdicts = {verdict(value) for value in evaluate(replacement, module)}
    if True in verdicts:
        yield Patch(node, True)
    elif None in verdicts and not isinstance(node, ast.expr):  # a fake set by a test's monkeypatch is no switch
        yield Patch(node, None)
