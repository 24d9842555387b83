"""Calls that take a state dict: torch's load_state_dict, and what people name like it."""

from __future__ import annotations

import ast
import itertools
import re
from typing import TYPE_CHECKING

from bot.scan.evidence.follow.entering import into_function
from bot.scan.evidence.follow.own import own_method
from bot.scan.evidence.follow.signs import Kind
from bot.scan.evidence.follow.spot import MOST_CALLS, Answer, Spot
from bot.scan.evidence.ground.callees import callee
from bot.scan.evidence.ground.callers import calls_of
from bot.scan.evidence.ground.classes import enclosing_class
from bot.scan.evidence.ground.kin import descends
from bot.scan.evidence.saves.content import HOLDS_ANYTHING, NAMES_NOTHING, defaults, parameters
from bot.scan.evidence.saves.states import is_unknown_scheduler
from bot.scan.names.arguments import given_for
from bot.scan.names.module import Module
from bot.scan.names.spelling import spelt

if TYPE_CHECKING:
    from bot.scan.project import Project

_NO_MODULE = re.compile(r"(optim(izer)?|opt|sched(uler)?|scaler|grad_scaler|ema|criterion|loss)s?(\[.*\])?$", re.I)
"""What has a load_state_dict of its own, which takes another dict than a module's."""

_HAVE_THEIR_OWN = ("Optimizer", "LRScheduler", "_LRScheduler", "GradScaler")
"""Torch's classes that are no modules, and have a load_state_dict. Source: torch.optim, torch.amp."""

_PARTS = re.compile(r"split|shard|save")
"""`split_state_dict_into_shards(loaded)` gives something else."""

_USES_UP = re.compile(r"(^|_)(load|set|from|apply|init)_", re.I)
"""`Config.from_state_dict(loaded)`, `chunk.load_weights(loaded)`: what these give is no state."""

_LOOKED_INTO = re.compile(r"update|convert|patch|rename|remap|replace|adapt|assert|equal|compare", re.I)
"""`update_state_dict(loaded)` goes through the keys. `get_state_dict` and `copy_model_state` take modules, too."""

_UNWRAPS = re.compile(r"unwrap|extract|strip|clean|normali[sz]e|(^|_)as_|ensure|coerce|c(hec)?kp(oin)?t", re.I)
"""`unwrap_state_dict(loaded)`, `ckpt_to_state_dict(loaded)` look for a section first; what they return alone tells what
they give."""

_MOST_CALLERS = 12


def load_whole(spot: Spot, call: ast.Call, project: Project) -> Answer:
    """`x.load_state_dict(value)`. A strict one takes a module's parameters and buffers, and raises on anything else.

    With `assign=True` a module takes what is in the file as it is, tensors of other classes with it.
    A class's own may take what it likes, and is looked into.
    Source: torch.nn.Module.load_state_dict.
    """
    given = {k.arg: k.value for k in call.keywords}
    strict = call.args[1] if len(call.args) > 1 else given.get("strict")
    spread = None in given and not _hands_on(given.pop(None), spot.module)
    exact = _is_exact(strict, spot.module, project) and not spread and len(call.args) < 3
    looked = exact and spot.hops < MOST_CALLS and "assign" not in given  # which it may hand on where nobody sees it
    own = own_method(call, "load_state_dict", spot.module, project) if looked else None
    if own is not None:
        yield from into_function(call.func, own, spot, 0)
        return
    yield spot.says(Kind.LOADED, "goes into load_state_dict")
    if isinstance(call.func, ast.Attribute) and is_unknown_scheduler(call.func.value, spot.module, project):
        yield spot.says(Kind.UNSURE, "is the state of a scheduler that nobody in sight makes")
    # no optimizer's or loader's has the parameter
    if exact and (strict is not None or _is_of_module(call.func, spot.module, project)):
        kind = Kind.ASSIGNED if "assign" in given else Kind.FITS
        yield spot.says(kind, "is all that a module's load_state_dict takes")


def _is_exact(strict: ast.expr | None, module: Module, project: Project) -> bool:
    """Left out, True, a parameter that is True unless told otherwise where no caller does, or handed on by a
    load_state_dict of the project, which is looked into where it was True.
    """
    if not isinstance(strict, ast.Name):
        return _is_true(strict)
    around = module.function(strict)
    if not isinstance(around, ast.FunctionDef) or strict.id not in {a.arg for a in parameters(around)}:
        return False
    if around.name == "load_state_dict":
        return True
    if strict.id not in defaults(around) or not _is_true(defaults(around)[strict.id]):
        return False
    calls = calls_of(around, module, project)[:_MOST_CALLERS]
    return all(_is_true(given_for(strict.id, around, call)) for call, home in calls)


def _hands_on(spread: ast.expr, module: Module) -> bool:
    """Whether `**kwargs` are those that a load_state_dict of the project was given, and hands on."""
    around = module.function(spread)
    taken = around.args.kwarg if isinstance(around, ast.FunctionDef) and around.name == "load_state_dict" else None
    return taken is not None and isinstance(spread, ast.Name) and spread.id == taken.arg


def _is_true(strict: ast.expr | None) -> bool:
    return strict is None or (isinstance(strict, ast.Constant) and strict.value is True)


def _is_of_module(function: ast.expr, module: Module, project: Project) -> bool:
    """Whether it is called on what may be a module, by its name, or by the class where that is the one around it."""
    if not isinstance(function, ast.Attribute):
        return False
    name = spelt(function.value)
    around = enclosing_class(function, module) if name in ("super()", "self") else None
    if around is not None and any(descends(around, base, project) for base in _HAVE_THEIR_OWN):
        return False
    other = _NO_MODULE.search(name) or HOLDS_ANYTHING.search(name) or NAMES_NOTHING.fullmatch(name)
    return other is None


def take_state(spot: Spot, call: ast.Call, name: str, place: int | str, project: Project) -> Answer | None:
    """A call named for a state dict; None where only what it returns tells what it gives."""
    looked = _UNWRAPS.search(name) or _LOOKED_INTO.search(name)
    found = callee(call, spot.module, project) if looked and spot.hops < MOST_CALLS else None
    if _UNWRAPS.search(name) and found is not None:
        return None
    claim = spot.says(Kind.CLAIM, f"goes into {name}")
    gives = not _PARTS.search(name) and not _USES_UP.search(name)
    inside = into_function(call.func, found, spot, place) if found is not None else ()
    return itertools.chain((claim,), (spot.at(call),) if gives else (), inside)
