"""Whose `state_dict()` may hold more than tensors and numbers: what is no module's, or is not seen to be one's."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from bot.scan.evidence.ground.behind import kept_as, source_of, values_of
from bot.scan.evidence.ground.callees import callee
from bot.scan.evidence.ground.imports import dotted, imports_any
from bot.scan.evidence.saves.content import HOLDS_ANYTHING, NAMES_NOTHING, annotation_of, given_by_callers, parameters
from bot.scan.evidence.saves.numbers import numpy_number, numpy_rate
from bot.scan.names.bound import results
from bot.scan.names.module import Module
from bot.scan.names.spelling import spelt

if TYPE_CHECKING:
    from bot.scan.project import Project

_SCHEDULER = re.compile(r"sched(uler)?s?(\[.*\])?$", re.IGNORECASE)
_PLAIN_SCHEDULERS = re.compile(
    r"torch\.optim\.lr_scheduler\.(?!OneCycleLR|_?LRScheduler)\w+|monai\.optimizers\.\w+|"
    r"(transformers|diffusers)(\.optimization)?\.get_(\w+_)?schedule\w*"
)
"""LambdaLR, which most of the others are, keeps no function; OneCycleLR of older versions kept a method of its own."""
_ANY_SCHEDULER = re.compile(r"torch\.optim\.lr_scheduler\._?LRScheduler")
"""What is declared so is one of torch's, and which one the callers say."""
_RATED = re.compile(r"torch\.optim\.(?!swa_utils\.AveragedModel)")
_OPTIMIZES = re.compile(r"opt(im(izer)?)?s?(\[.*\])?$", re.IGNORECASE)
_OPTIMIZER = re.compile(r"\w+Optimizer\b")

_SHARDED = frozenset("DTensor ShardTensor ShardedTensor".split())
"""Of these torch allows DTensor, from 2.6, and neither ShardedTensor nor what others derive.

Source: torch.distributed.tensor and torch.distributed._shard of torch 2.13, which call `add_safe_globals` or do not.
"""

_DEEPEST = 3

_Source = tuple[ast.expr | None, Module]


def why_unsure(receiver: ast.expr, module: Module, project: Project) -> str:
    """Why `receiver.state_dict()` may hold anything, or empty."""
    text = _called(receiver, module)
    if HOLDS_ANYTHING.search(text):
        return f"the state of {text}"
    if is_unknown_scheduler(receiver, module, project):
        return f"the state of {text}, which nobody in sight makes with torch.optim.lr_scheduler"
    made = list(_made(receiver, module))
    given = (value for call in made for value in (*call.args[1:], *(k.value for k in call.keywords)))
    if any(numpy_number(value, module) is not None for value in given):  # each is kept as it was given
        return f"the state of {text}, whose rate or another setting is a number of numpy's"
    rated = _OPTIMIZES.search(text) or _SCHEDULER.search(text) or made
    if rated and (rate := numpy_rate(module.path, project)):
        return f"the state of {text}, whose rate may be a number of numpy's ({rate})"
    if isinstance(receiver, ast.Name) and (kind := _OPTIMIZER.search(_declared(receiver, module))):
        return f"the state of a {kind[0]}, which is not torch's"
    own = spelt(receiver)
    if isinstance(receiver, ast.Name) and (NAMES_NOTHING.fullmatch(own) or _one_of_a_parameter(receiver, module)):
        return f"the state of whatever {own} is"
    return ""


def is_unknown_scheduler(receiver: ast.expr, module: Module, project: Project) -> bool:
    """Whether it is called a scheduler, and nobody in sight makes it with torch or a library like it."""
    return _SCHEDULER.search(_called(receiver, module)) is not None and not _made_by_torch(receiver, module, project, 0)


def _made_by_torch(receiver: ast.expr, module: Module, project: Project, depth: int) -> bool:
    """Whether every value in sight is one of torch's schedulers: assigned, given by callers, returned by a helper."""
    if isinstance(receiver, ast.Call):
        return _returns_torchs(receiver, module, project, depth)
    declared = _declared_as(receiver, module) if isinstance(receiver, ast.Name) else ""
    if _PLAIN_SCHEDULERS.fullmatch(declared):
        return True
    if isinstance(receiver, ast.Constant) and receiver.value is None and depth:
        return True
    found = list(_sources(receiver, module, project))
    if _ANY_SCHEDULER.fullmatch(declared):
        return not any(_keeps_more(value, home) for value, home in found)
    return (
        depth < _DEEPEST
        and bool(found)
        and all(value is not None and _made_by_torch(value, home, project, depth + 1) for value, home in found)
    )


def _keeps_more(value: ast.expr | None, module: Module) -> bool:
    """Whether it is seen to be the scheduler of torch that is not plain in each of its versions."""
    made = [value, *values_of(value, module)] if isinstance(value, ast.Name) else [value]
    return any(isinstance(each, ast.Call) and dotted(each.func, module).endswith(".OneCycleLR") for each in made)


def _declared_as(name: ast.Name, module: Module) -> str:
    declared = _annotation(name, module)
    return dotted(declared, module) if declared is not None else ""


def _declared(name: ast.Name, module: Module) -> str:
    annotation = _annotation(name, module)
    return spelt(annotation) if annotation is not None else ""


def _annotation(name: ast.Name, module: Module) -> ast.expr | None:
    """What the parameter is declared to be that the name is."""
    function = module.function(name)
    if not isinstance(function, ast.FunctionDef | ast.AsyncFunctionDef):
        return None
    return annotation_of(name.id, function)


def _returns_torchs(call: ast.Call, module: Module, project: Project, depth: int) -> bool:
    if _PLAIN_SCHEDULERS.fullmatch(dotted(call.func, module)):
        return True
    helper = callee(call, module, project)
    if helper is None or depth >= _DEEPEST:
        return False
    function, home = helper
    returned = results(home).get(function, ())
    return bool(returned) and all(_made_by_torch(value, home, project, depth + 1) for value in returned)


def _sources(receiver: ast.expr, module: Module, project: Project) -> Iterator[_Source]:
    if isinstance(receiver, ast.Attribute) and spelt(receiver.value) == "self":
        yield from ((value, module) for value in kept_as(receiver.attr, receiver, module))
    if not isinstance(receiver, ast.Name):
        return
    bound = list(values_of(receiver, module))
    yield from ((value, module) for value in bound)
    function = module.function(receiver)
    if not bound and isinstance(function, ast.FunctionDef | ast.AsyncFunctionDef):
        yield from given_by_callers(receiver.id, function, module, project)


def _made(receiver: ast.expr, module: Module) -> Iterator[ast.Call]:
    """The calls of torch.optim that are seen to make an optimizer or a scheduler."""
    held = [*values_of(receiver, module)] if isinstance(receiver, ast.Name) else []
    if isinstance(receiver, ast.Attribute) and spelt(receiver.value) == "self":
        held += kept_as(receiver.attr, receiver, module)
    calls = (value for value in held if isinstance(value, ast.Call))
    yield from (call for call in calls if _RATED.match(dotted(call.func, module)))


def _called(receiver: ast.expr, module: Module) -> str:
    """How people call it: `each` of `for each in self.schedulers.values()` is one of these."""
    held = next(_gone_through(receiver, module), None) if isinstance(receiver, ast.Name) else None
    return spelt(held if held is not None else receiver)


def _gone_through(name: ast.Name, module: Module) -> Iterator[ast.expr]:
    """What a loop or a comprehension of the function goes through to give the name its value."""
    function = module.function(name)
    bound = (n for n in module.names(name.id) if isinstance(n.ctx, ast.Store) and module.function(n) is function)
    parents = (module.parent(_target(n, module)) for n in bound)
    loops = [loop for loop in parents if isinstance(loop, ast.For | ast.comprehension)]
    outer = [each for _, each in module.around(name)]
    around = [loop for loop in loops if (loop if isinstance(loop, ast.For) else module.parent(loop)) in outer]
    yield from (source_of(loop.iter) for loop in around or loops)


def _target(name: ast.Name, module: Module) -> ast.expr:
    """The tuple a name is bound in, or the name itself."""
    around = module.parent(name)
    return around if isinstance(around, ast.Tuple) else name


def _one_of_a_parameter(name: ast.Name, module: Module) -> bool:
    """`each.state_dict()` for all that a caller hands over: models, optimizers, and loaders with their queues."""
    function = module.function(name)
    if not isinstance(function, ast.FunctionDef | ast.AsyncFunctionDef):
        return False
    given = {a.arg for a in parameters(function)}
    return any(isinstance(source, ast.Name) and source.id in given for source in _gone_through(name, module))


def has_extra_state(project: Project) -> bool:
    """`get_extra_state` puts what it likes into a module's state_dict; Transformer Engine's puts a pickle there."""
    paths = (path for path in project.defining("get_extra_state") if b"pickle." in project.files[path])
    return any(not path.split("/")[-1].startswith("test_") for path in paths)


def why_of_another_class(module: Module, project: Project) -> str:
    """Why what a load_state_dict takes here may be more than plain tensors, or empty."""
    if has_extra_state(project):
        return "modules of this project put a pickle into their state (get_extra_state)"
    if imports_any(_SHARDED, module):
        return "tensors may be sharded here (DTensor and its like), and are saved as what they are"
    return ""
