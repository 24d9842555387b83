"""What is in a file: plain, an object, or not known; and what a bare name or annotation lets us say of it."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from bot.scan.evidence.ground.annotations import fields_of, is_plain
from bot.scan.evidence.ground.callers import calls_of
from bot.scan.evidence.ground.classes import enclosing_class
from bot.scan.names.arguments import given_for
from bot.scan.names.module import Definition, Module
from bot.scan.names.spelling import spelt

if TYPE_CHECKING:
    from bot.scan.project import Project

_MOST_CALLS = 6

_NUMBERS = re.compile(
    r"^(n_|num_|best_|last_|max_|min_|global_|current_|cur_|total_|start_|it$|i$|lr$)|"
    r"(epochs?|steps?|iters?|iterations?|losses|loss|acc|accuracy|score|metric|count|idx|index|version|seed|dim|size|time|name|path|type|mode)$"
)
CONFIG_NAME = re.compile(r"^(args?|opts?|options|cfg|conf|config|hparams|hps|flags|configs|params_args|namespace)$")
HOLDS_ANYTHING = re.compile(
    r"(loader|generator|sampler|dataset|dataloader|data_module|datamodule|buffer|callbacks?|env|vecnorm|tracker)s?(\[.*\])?$",
    re.I,
)
"""What has a state_dict() that is no module's: a stateful loader keeps random states, queues, numpy."""

NAMES_NOTHING = re.compile(
    r"states?|stateful|obj|objects?|component|item|value|thing|entry|target|instance|self\.state"
)
"""What is named for having a state, and for nothing it is."""

_OF_A_CLASS = re.compile(r"\.(?!\w*(Tensor|Parameter|Buffer)$|Size$)[A-Z]\w*$")
"""`torch.Generator`, `torch.distributions.Normal`: of torch's classes weights_only allows tensors and their like."""
_KEEPS_MORE = re.compile(r"\b(\w*(Path|PathLike|Enum|Mode|Type)|datetime|timedelta|Version)\b")
"""Declared so, a `mode`, a `save_path` and a `time` are objects, or may be; what the name says is not enough."""

_OPTIMIZERS = re.compile(r"^(optim|optimizer|optimizers|scheduler|lr_scheduler|opt)$")
_MODULES = re.compile(r"^(model|net|network|module|policy|generator|discriminator|encoder|decoder)$")


class Content(StrEnum):
    PLAIN = "plain"
    UNKNOWN = "unknown"
    OBJECT = "object"


@dataclass(frozen=True, slots=True)
class Stored:
    """`why` names what is in the way; `needs` the global an allow-list would have to name, where it can be told."""

    content: Content
    why: str = ""
    needs: tuple[str, ...] = ()


PLAIN = Stored(Content.PLAIN)
LOADED = Stored(Content.UNKNOWN, "what was loaded")


def join(parts: Iterator[Stored]) -> Stored:
    """The worst of the parts."""
    worst = PLAIN
    for part in parts:
        if part.content is Content.OBJECT:
            return part
        if part.content is Content.UNKNOWN and worst.content is Content.PLAIN:
            worst = part
    return worst


def by_name(name: str) -> Stored:
    """What people call so; only for what is bound nowhere in sight."""
    if CONFIG_NAME.match(name):
        return Stored(Content.OBJECT, f"{name}, a namespace or config object")
    if _NUMBERS.search(name) or "state_dict" in name:
        return PLAIN
    if _OPTIMIZERS.match(name):
        return Stored(Content.OBJECT, f"{name}, a whole optimizer or scheduler")
    if _MODULES.match(name):
        return Stored(Content.OBJECT, f"{name}, a whole module")
    return Stored(Content.UNKNOWN, name)


def is_called_a_number(name: str) -> bool:
    """`best_acc`, `epoch`."""
    return _NUMBERS.search(name) is not None


def by_annotation(name: str, function: Definition) -> Stored | None:
    declared = annotation_of(name, function)
    text = spelt(declared) if declared is not None else ""
    if "Tensor" in text and "sched" in name.lower():  # its state is numbers at least, whatever it is declared
        return Stored(Content.UNKNOWN, f"{name}, the state of a scheduler")
    if "Tensor" in text or text in ("int", "float", "str", "bool"):
        return PLAIN
    if re.search(r"\bModule\b|Namespace|Config\b|DataFrame|ndarray", text):
        return Stored(Content.OBJECT, f"{name}, a {text}")
    if declared is not None and _KEEPS_MORE.search(text):
        return Stored(Content.UNKNOWN, f"{name}, a {text}")
    return None


def by_field(attribute: ast.Attribute, module: Module) -> ast.expr | None:
    """What the class declares its `self.x` to be, as a field or where it is set, where that is plain."""
    around = enclosing_class(attribute, module)
    field = fields_of(around).get(attribute.attr) if around is not None else None
    declared = [field] if field is not None else []
    for other in module.attributes(attribute.attr):
        parent = module.parent(other)
        if isinstance(parent, ast.AnnAssign) and parent.target is other and enclosing_class(other, module) is around:
            declared.append(parent.annotation)
    return declared[0] if declared and all(map(is_plain, declared)) else None


def is_tensor(name: str, function: Definition) -> bool:
    """Whether the parameter is declared a tensor, or a container of them."""
    declared = annotation_of(name, function)
    return declared is not None and "Tensor" in spelt(declared)


def annotation_of(name: str, function: Definition) -> ast.expr | None:
    """What a parameter is declared to be."""
    return next((a.annotation for a in parameters(function) if a.arg == name), None)


def by_default(name: str, function: Definition) -> Stored | None:
    """A parameter whose default is a number, a flag or a string is one."""
    default = defaults(function).get(name)
    return PLAIN if isinstance(default, ast.Constant) and default.value is not None else None


def defaults(function: Definition | ast.Lambda) -> dict[str, ast.expr]:
    """What each parameter is where its caller gives nothing for it."""
    a = function.args
    positional = [*a.posonlyargs, *a.args]
    pairs = [*zip(positional[::-1], a.defaults[::-1], strict=False), *zip(a.kwonlyargs, a.kw_defaults, strict=True)]
    return {argument.arg: default for argument, default in pairs if default is not None}


def by_torch_name(full: str) -> Stored:
    if full.startswith("torch.nn.utils.rnn.pack_"):
        return Stored(Content.OBJECT, "a PackedSequence", ("torch.nn.utils.rnn.PackedSequence",))
    if (
        _OF_A_CLASS.search(full)
        or re.search(r"\.nn\.(?!init|functional|Parameter|utils)", full)
        or full.startswith(("torch.jit", "torch.optim", "torch.fx", "torch.utils.data"))
    ):
        return Stored(Content.OBJECT, f"a {full}", (full,))
    if full == "torch.load":
        return LOADED
    return PLAIN


def parameters(function: Definition) -> list[ast.arg]:
    a = function.args
    return [*a.posonlyargs, *a.args, *a.kwonlyargs]


def given_by_callers(
    name: str, function: Definition, module: Module, project: Project
) -> Iterator[tuple[ast.expr | None, Module]]:
    """What calls of the function give a parameter of it, None for one that leaves it out; of as many as are asked."""
    if name in {a.arg for a in parameters(function)}:
        for call, home in calls_of(function, module, project)[:_MOST_CALLS]:
            yield given_for(name, function, call), home
