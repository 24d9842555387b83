"""Checkpoints a Lightning trainer wrote a few lines above: their layout is the library's, and published.

State dicts, loop counters and callback states. `hyper_parameters` may hold anything: only a model that is made in
sight, of nothing but plain values, settles them.
"""

from __future__ import annotations

import ast
import itertools
import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from bot.scan.evidence.follow.signs import Kind
from bot.scan.evidence.ground.behind import values_of
from bot.scan.evidence.ground.callees import callee
from bot.scan.evidence.reading import Reading
from bot.scan.evidence.saves.content import Content
from bot.scan.evidence.saves.mappings import uses_config_library
from bot.scan.evidence.saves.stored import Look
from bot.scan.names.spelling import spelt

if TYPE_CHECKING:
    from bot.scan.project import Project

_KEYS = frozenset(
    "state_dict optimizer_states lr_schedulers callbacks loops epoch global_step pytorch-lightning_version"
    " native_amp_scaling_state MixedPrecision MixedPrecisionPlugin".split()
)
_WRITES = frozenset({"fit", "save_checkpoint", "test", "validate"})


_SAVES = re.compile(r"_?save_(\w+_)?checkpoint")
_OF_THE_USER = re.compile(r"(datamodule_)?hyper_parameters|\w+\.CHECKPOINT_HYPER_PARAMS_KEY")


def trained_above(reading: Reading, project: Project) -> int | None:
    """The line of `trainer.fit(...)`, `trainer.save_checkpoint(...)`, a callback's `save_last_checkpoint(trainer)`, or
    a helper of the project that does one of these, above the load in the same function.
    """
    if uses_config_library(reading.module):
        return None  # a DictConfig among the hyper_parameters is no dict (NeMo)
    above = list(_calls_above(reading))
    written = (call.lineno for call in above if _writes(call))
    return next(itertools.chain(written, (call.lineno for call in above if _trains(call, reading, project))), None)


def _calls_above(reading: Reading) -> Iterator[ast.Call]:
    """Calls above the load in its function."""
    function = reading.function
    if isinstance(function, ast.FunctionDef | ast.AsyncFunctionDef):
        for node in ast.walk(function):
            if isinstance(node, ast.Call) and node.lineno < reading.call.lineno:
                yield node


def _trains(call: ast.Call, reading: Reading, project: Project) -> bool:
    """Whether a function of the project is called that trains or saves in its own body."""
    found = callee(call, reading.module, project) if isinstance(call.func, ast.Name) else None
    if found is None or uses_config_library(found[1]):
        return False
    return any(isinstance(node, ast.Call) and _writes(node) for node in ast.walk(found[0]))


def _writes(call: ast.Call) -> bool:
    if not isinstance(call.func, ast.Attribute):
        return False
    if call.func.attr in _WRITES and spelt(call.func.value).endswith("trainer"):
        return True
    given = call.args[0] if call.args else None
    return isinstance(given, ast.Name) and given.id == "trainer" and _SAVES.fullmatch(call.func.attr) is not None


def reads_library_keys(reading: Reading, project: Project) -> bool:
    """Something telling is read, and only what Lightning itself writes.

    That `state_dict` is there, or is not empty, tells nothing of what else is.
    """
    keys = {k[1:-1].strip("'\""): kinds for k, kinds in reading.keys.items() if k.startswith("[")}
    asked = {k.strip("'\"") for k in reading.asked}
    users = {k for k in keys.keys() | asked if _OF_THE_USER.fullmatch(k)}
    if not (keys or asked) or not (keys.keys() | asked) - users <= _KEYS:
        return False
    if users:
        return _made_of_plain_values(reading, project)
    return bool(asked or keys.keys() - {"state_dict"} or keys["state_dict"] - {Kind.COMPARED, Kind.ESCAPES})


def _made_of_plain_values(reading: Reading, project: Project) -> bool:
    """Whether every model trained above was made in the same function, and is given numbers and strings alone."""
    trained = [c for c in _calls_above(reading) if _writes(c) and getattr(c.func, "attr", "") == "fit"]
    return bool(trained) and all(_is_made_so(call, reading, project) for call in trained)


def _is_made_so(call: ast.Call, reading: Reading, project: Project) -> bool:
    model = call.args[0] if len(call.args) == 1 and not call.keywords else None
    made = list(values_of(model, reading.module)) if isinstance(model, ast.Name) else []
    if not made:
        return False
    for value in made:
        if not isinstance(value, ast.Call) or any(k.arg is None for k in value.keywords):
            return False
        given = [*value.args, *(k.value for k in value.keywords)]
        if any(Look(project).of(each, reading.module).content is not Content.PLAIN for each in given):
            return False
    return True
