"""What a call in what is saved gives: a state dict, a tensor's number, what a function of the project returns."""

from __future__ import annotations

import ast
import re
from typing import TYPE_CHECKING, Any

from bot.scan.evidence.ground.annotations import holds_tensors
from bot.scan.evidence.ground.behind import class_of, project_classes
from bot.scan.evidence.ground.callees import definitions
from bot.scan.evidence.ground.kin import meant_by
from bot.scan.evidence.saves.content import PLAIN, Content, Stored, join
from bot.scan.evidence.saves.makers import made_by, tensor_in
from bot.scan.evidence.saves.numbers import numpy_number
from bot.scan.evidence.saves.states import has_extra_state, why_unsure
from bot.scan.names.module import Definition, Module

if TYPE_CHECKING:
    from bot.scan.evidence.saves.stored import Look

MOST_OF_A_NAME = 6
"""Methods of one name in several classes are all looked at, up to so many."""

_TENSOR_METHODS = frozenset(
    "detach clone contiguous size numel item tolist flatten squeeze unsqueeze permute mean sum".split()
)
_SAME_METHODS = frozenset("cpu to cuda half float double bfloat16 copy data".split())
_NUMBER_METHODS = frozenset("size numel item tolist".split())
_SAME_CALLS = frozenset("dict list tuple set OrderedDict deepcopy copy Counter".split())


def of_call(look: Look, node: Any, module: Module, depth: int) -> Stored:
    """What the call `node` gives, as `look` sees it."""
    name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
    made = made_by(node, module)
    if made is not None:
        return made
    if name in _SAME_CALLS and not _of_its_own(node, name):
        return join(look.of(v, module, depth) for v in (*node.args, *(k.value for k in node.keywords)))
    if isinstance(node.func, ast.Attribute):
        return _method(look, node, name, module, depth)
    return _function(look, node, name, module, depth)


def _of_its_own(call: ast.Call, name: str) -> bool:
    """`state.copy()`, `config.dict()`: a method, where `copy.copy(state)` and `OrderedDict(a=state)` are functions."""
    return isinstance(call.func, ast.Attribute) and not call.args and name.islower()


def _method(look: Look, node: ast.Call, name: str, module: Module, depth: int) -> Stored:
    assert isinstance(node.func, ast.Attribute)  # noqa: S101  (its only caller asked)
    if name == "state_dict":
        return _own_state(look, node.func.value, module, depth)
    if name in _TENSOR_METHODS:
        return PLAIN if name in _NUMBER_METHODS else numpy_number(node, module) or tensor_in(module)
    if name in ("numpy",):
        return Stored(Content.OBJECT, "a numpy array", ("numpy._core.multiarray._reconstruct", "numpy.ndarray"))
    if name in ("parse_args", "parse_known_args"):
        return Stored(Content.OBJECT, "an argparse.Namespace", ("argparse.Namespace",))
    if name in ("getstate", "getvalue", "format", "join", "strip", "isoformat", "strftime"):
        return PLAIN
    if name in _SAME_METHODS or name in ("items", "values", "get"):
        return look.of(node.func.value, module, depth)
    return _function(look, node, name, module, depth)


def _own_state(look: Look, receiver: ast.expr, module: Module, depth: int) -> Stored:
    """`x.state_dict()`: torch's, unless `x` is made by a class of this project that writes its own."""
    unsure = why_unsure(receiver, module, look.project)
    if unsure:
        return Stored(Content.UNKNOWN, unsure)
    if isinstance(receiver, ast.Name | ast.Attribute):
        made = class_of(receiver, module, look.project)
        if made is not None and made[0] is not None:
            own = next((f for f in made[0].body if getattr(f, "name", "") == "state_dict"), None)
            if isinstance(own, ast.FunctionDef):
                return _returned(look, own, made[1], depth)
    if has_extra_state(look.project):
        return Stored(Content.UNKNOWN, "state_dict() of a project whose modules keep an extra state")
    return PLAIN


def _function(look: Look, node: ast.Call, name: str, module: Module, depth: int) -> Stored:
    meant = meant_by(node, module, look.project)
    if re.search(r"state_dict|_sd$", name) and len(meant) < 2:
        return PLAIN
    if meant:
        return join(_returned(look, function, home, depth) for function, home in meant)
    several = definitions(name, look.project) if isinstance(node.func, ast.Attribute) else ()
    if 0 < len(several) <= MOST_OF_A_NAME:
        return join(_returned(look, f, m, depth) for f, m in several)
    if isinstance(node.func, ast.Name) and project_classes(name, look.project):
        return Stored(Content.OBJECT, f"an instance of {name}", (name,))
    return Stored(Content.UNKNOWN, f"what {name or 'a call'}() returns")


def _returned(look: Look, function: Definition, module: Module, depth: int) -> Stored:
    if function.returns is not None and holds_tensors(function.returns):
        return tensor_in(module)
    returns = (n for n in ast.walk(function) if isinstance(n, ast.Return) and module.function(n) is function)
    values = [n.value for n in returns if n.value]
    return join(look.of(v, module, depth) for v in values) if values else Stored(Content.UNKNOWN, function.name)
