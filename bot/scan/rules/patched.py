"""Where `torch.load` itself is replaced, or what it decides by, and whether that switches the protection off."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from bot.scan.names.arguments import word_of
from bot.scan.names.bound import results
from bot.scan.names.evaluate import evaluate
from bot.scan.names.module import Module
from bot.scan.names.spelling import spelt
from bot.scan.names.values import LOADS, Constant, Function, Qualified, Value
from bot.scan.sites.replaced import constants, verdict

_SETTERS = frozenset({"setattr", "patch", "object"})  # builtin or monkeypatch.setattr, mock.patch, mock.patch.object


_DEFAULT = "torch.serialization._default_to_weights_only"
"""Asked by every torch.load that says nothing (torch 2.6 to 2.13): its answer is what the call means."""
_UNPICKLERS = frozenset(
    f"{module}{name}"
    for module in ("torch._weights_only_unpickler", "torch.serialization._weights_only_unpickler")
    for name in ("", ".Unpickler", ".load")
)
"""What `weights_only=True` reads with, and the names torch knows it by (1.13 to 2.13)."""
_ALL = LOADS | {_DEFAULT} | _UNPICKLERS
_CONTENTS = ".__dict__"
_WORDS = frozenset(name.rpartition(".")[2] for name in _ALL)
REPLACED_BY_WORD = (b"_default_to_weights_only", b"_weights_only_unpickler")

_UNSAFE = "torch.load is replaced by one that passes weights_only=False"
_UNREAD = "torch.load is replaced: what its callers say of weights_only may no longer hold"
_BY_DEFAULT = (
    "what torch.load asks for its default is replaced: a call that says nothing runs the code a pickle asks for"
)
_UNGUARDED = "the unpickler behind weights_only=True is replaced: the keyword no longer protects"


@dataclass(frozen=True, slots=True)
class Patch:
    """`node` replaces torch.load, or what it decides by; `what` says so. `unsafe` is True when the replacement lets
    code run, None when that cannot be told.
    """

    node: ast.expr | ast.stmt
    unsafe: bool | None
    what: str = _UNSAFE


def find_patches(module: Module) -> Iterator[Patch]:
    """Every replacement of torch.load that is not the original put back, and not one that only adds True."""
    for assignment in module.of(ast.Assign):
        for target, value in (pair for t in assignment.targets for pair in _pairs(t, assignment.value)):
            if name := _replaced(target, module):
                yield from _patch(assignment, value, name, module)
            elif _is_defaults(target, module):
                yield from _defaults(assignment, [value], module)
    for merge in module.of(ast.AugAssign):
        if _is_defaults(merge.target, module):
            yield from _defaults(merge, [merge.value], module)
    for call in module.of(ast.Call):
        if isinstance(call.func, ast.Attribute) and call.func.attr == "update":
            yield from _by_update(call, call.func.value, module)
        yield from _by_call(call, module)


def _by_update(call: ast.Call, updated: ast.expr, module: Module) -> Iterator[Patch]:
    """`torch.load.__kwdefaults__.update(weights_only=False)`, `vars(torch).update(load=...)`."""
    if _is_defaults(updated, module):
        named = [k.value for k in call.keywords if k.arg == "weights_only"]
        yield from _defaults(call, named or call.args, module)
    for keyword in call.keywords:
        if name := _in_contents(updated, keyword.arg, module):
            yield from _patch(call, keyword.value, name, module)


def _pairs(target: ast.expr, value: ast.expr) -> Iterator[tuple[ast.expr, ast.expr]]:
    """`original, torch.load = torch.load, patched`: each target with what it is assigned."""
    if isinstance(target, ast.Tuple) and isinstance(value, ast.Tuple) and len(target.elts) == len(value.elts):
        yield from zip(target.elts, value.elts, strict=True)
    else:
        yield target, value


def _replaced(target: ast.expr, module: Module) -> str:
    """The dotted name of what an assignment replaces, where that is torch.load or something it decides by; also by
    `torch.__dict__["load"] = ...`.
    """
    if isinstance(target, ast.Subscript) and isinstance(target.slice, ast.Constant):
        return _in_contents(target.value, target.slice.value, module)
    if not isinstance(target, ast.Attribute) or target.attr not in _WORDS:
        return ""
    return _of(target.value, target.attr, module)


def _of(owner: ast.expr, attribute: str, module: Module) -> str:
    named = [f"{v.name}.{attribute}" for v in evaluate(owner, module) if isinstance(v, Qualified)]
    return next((name for name in named if name in _ALL), "")


def _in_contents(contents: ast.expr, word: object, module: Module) -> str:
    """What stands under a word in `torch.__dict__`, `vars(torch)`."""
    if word not in _WORDS:
        return ""
    owners = [v.name for v in evaluate(contents, module) if isinstance(v, Qualified) and v.name.endswith(_CONTENTS)]
    return next((name for o in owners if (name := f"{o.removesuffix(_CONTENTS)}.{word}") in _ALL), "")


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
        yield Patch(node, True, _UNSAFE) if False in said else Patch(node, None, _UNREAD)


def _by_call(call: ast.Call, module: Module) -> Iterator[Patch]:
    """What `setattr`, `monkeypatch.setattr`, `mock.patch` and `mock.patch.object` put in the place of it."""
    if word_of(call.func) not in _SETTERS or not call.args:
        return
    first, *rest = call.args
    name = str(first.value) if isinstance(first, ast.Constant) else ""
    if not name and rest:
        words = [str(v.value) for v in evaluate(rest[0], module) if isinstance(v, Constant) and v.value in _WORDS]
        name, rest = next((whole for word in words if (whole := _of(first, word, module))), ""), rest[1:]
    answers = [k.value for k in call.keywords if k.arg == "return_value"]
    given = rest or [k.value for k in call.keywords if k.arg in ("new", "side_effect")]
    if name in _ALL and given:
        yield from _patch(call, given[0], name, module)
    elif name == _DEFAULT and any(False in constants(answer, module) for answer in answers):
        yield Patch(call, True, _BY_DEFAULT)


def _patch(node: ast.expr | ast.stmt, replacement: ast.expr, name: str, module: Module) -> Iterator[Patch]:
    if isinstance(replacement, ast.Call) and "mock" in spelt(replacement.func).lower():
        return
    values = evaluate(replacement, module)
    if name in _UNPICKLERS:
        if not all(isinstance(v, Qualified) and v.name in _UNPICKLERS for v in values):
            yield Patch(node, True, _UNGUARDED)
        return
    verdicts = {_answers(value) if name == _DEFAULT else verdict(value) for value in values}
    if True in verdicts:
        yield Patch(node, True, _BY_DEFAULT if name == _DEFAULT else _UNSAFE)
    elif None in verdicts and not isinstance(node, ast.expr):  # a fake set by a test's monkeypatch is no switch
        yield Patch(node, None, _UNREAD)


def _answers(value: Value) -> bool | None:
    """True when a replacement of torch's default says False; False for the original and for one that says True."""
    if not isinstance(value, Function):
        return False if isinstance(value, Qualified) else None
    node = value.node
    said = [node.body] if isinstance(node, ast.Lambda) else results(value.module).get(node, [])
    answers = [answer for each in said for answer in constants(each, value.module)]
    return True if False in answers else (False if answers and all(answers) else None)
