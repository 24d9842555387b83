"""What becomes of the value given to a call: the tables first, then the project's own functions."""

from __future__ import annotations

import ast
import re
from typing import TYPE_CHECKING

from bot.scan.evidence import signs
from bot.scan.evidence.attributes import kind_of_word
from bot.scan.evidence.binding import claimed_by_annotation, put_into
from bot.scan.evidence.callers import callee
from bot.scan.evidence.imports import dotted
from bot.scan.evidence.reach import reads_of_parameter
from bot.scan.evidence.signs import Kind
from bot.scan.evidence.spot import MOST_CALLS, Answer, Spot, step_into
from bot.scan.names.module import Definition

if TYPE_CHECKING:
    from bot.scan.project import Project

_OBJECT_CALLS = (
    "torch.jit.",
    "torch.compile",
    "torch.nn.DataParallel",
    "torch.nn.parallel.",
    "torch.utils.data.",
    "torch.fx.",
    "torch.onnx.",
    "torch.ao.quantization.",
    "torch.quantization.",
    "torch.vmap",
    "torch.nn.Sequential",
    "torch.nn.ModuleList",
)


_UNWRAPS = re.compile(r"unwrap|extract|strip|clean|normali[sz]e", re.I)
"""`unwrap_state_dict(loaded)` looks for a section first, and so is looked into."""

_OF_TENSORS = re.compile(
    r"torch\.(?!is_tensor$|typename$|is_storage$)[a-z]\w*|torch\.[A-Z]\w*|"
    r"torch\.(?:_C\._nn|fft|linalg|special|testing|nn\.functional|sparse|Tensor|nested|masked|nn\.Embedding)\..+"
)
"""torch's own functions that take tensors alone; the others (`torch.ao`, `torch.optim`, `torch.cuda`) modules too."""


def read_argument(spot: Spot, call: ast.Call, place: int | str, project: Project) -> Answer:
    """`spot.node` is argument number `place`, or the keyword `place`, of `call`."""
    name = _last_name(call.func)
    if name == "load_state_dict" and place in (0, "state_dict", 1):
        yield spot.says(Kind.LOADED, "goes into load_state_dict")
        return
    quick = _by_name(spot, call, name, place)
    if quick is not None:
        yield from quick
        return
    if signs.TAKES_STATE.search(name):
        yield spot.says(Kind.CLAIM, f"goes into {name}")
        if not _UNWRAPS.search(name) or callee(call, spot.module, project) is None:
            yield spot.at(call)
            return
    full = dotted(call.func, spot.module)
    if full.startswith(("torch.", "numpy.", "safetensors.")):
        yield from _library(spot, call, full)
    else:
        yield from _project(spot, call, place, name, project)


def _by_name(spot: Spot, call: ast.Call, name: str, place: int | str) -> Answer | None:
    """What a name says wherever it comes from; None where it says nothing."""
    if name == "isinstance":
        return _asked_for_type(spot, call)
    if name == "getattr" and place == 0 and len(call.args) > 1 and isinstance(call.args[1], ast.Constant):
        word = str(call.args[1].value)
        return iter((spot.says(kind_of_word(word) or Kind.OBJECT, f".{word}"),))
    if name in signs.NEUTRAL_CALLS:
        return iter(())
    if name == "vars":
        return iter((spot.says(Kind.OBJECT, "vars()"),))
    if name in signs.NUMBER_CALLS:
        return iter((spot.says(Kind.PLAIN, f"{name}()"),))
    if name in signs.SAME_CALLS or (name == "cast" and place == 1):
        return iter((spot.at(call),))
    if name == "next":
        part = step_into(spot, "each")
        return iter((part._replace(node=call),) if part is not None else ())
    if name in signs.TENSOR_CALLS:
        return iter((spot.says(Kind.TENSOR, f"goes into {name}"),))
    if isinstance(call.func, ast.Attribute) and name in ("append", "add", "appendleft", "insert"):
        return put_into(spot, call.func.value, "[*]")
    if isinstance(call.func, ast.Attribute) and name in ("update", "extend"):
        return _merged(spot, call.func.value)
    return None


def _merged(spot: Spot, container: ast.expr) -> Answer:
    yield spot.says(Kind.DICT, "is merged into another")
    yield from put_into(spot._replace(path=(*spot.path, "value")), container, "")


def _asked_for_type(spot: Spot, call: ast.Call) -> Answer:
    kinds = ast.unparse(call.args[1]) if len(call.args) > 1 else ""
    if "Module" in kinds:
        yield spot.says(Kind.ESCAPES, "may be a module, as its reader allows")
    elif "Tensor" in kinds:
        yield spot.says(Kind.CLAIM, "is asked whether it is a tensor")
    elif "dict" in kinds.lower() or "Mapping" in kinds:
        yield spot.says(Kind.DICT, "is asked whether it is a dict")


def _library(spot: Spot, call: ast.Call, full: str) -> Answer:
    if full == "torch.save":
        yield spot.says(Kind.SAVED, "is saved again")
    elif full.startswith(_OBJECT_CALLS):
        yield spot.says(Kind.OBJECT, f"goes into {full}")
    elif full in ("torch.tensor", "torch.as_tensor", "torch.from_numpy", "torch.asarray"):
        yield spot.says(Kind.ARRAY, f"goes into {full}")
    elif _OF_TENSORS.fullmatch(full):
        yield spot.says(Kind.TENSOR, f"goes into {full}")
        yield spot.at(call)
    elif full.startswith("torch."):
        yield spot.says(Kind.ESCAPES, f"goes into {full}")
    else:
        yield spot.says(Kind.TENSOR if full.startswith("safe") else Kind.ARRAY, f"goes into {full}")


def _project(spot: Spot, call: ast.Call, place: int | str, name: str, project: Project) -> Answer:
    found = callee(call, spot.module, project) if spot.hops < MOST_CALLS else None
    if found is None:
        yield spot.says(Kind.ESCAPES, f"goes into {name or 'a call'}")
        return
    function, module = found
    bound = isinstance(module.parent(function), ast.ClassDef) and not _static(function)
    parameter = _parameter(function, place, bound=bound and isinstance(call.func, ast.Attribute))
    if parameter is None:
        yield spot.says(Kind.ESCAPES, f"goes into {name}")
        return
    yield from claimed_by_annotation(spot, parameter.annotation)
    for read in reads_of_parameter(parameter.arg, function, module):
        yield Spot(read, module, spot.path, spot.hops + 1)


def _static(function: Definition) -> bool:
    return any(ast.unparse(d) == "staticmethod" for d in function.decorator_list)


def _parameter(function: Definition, place: int | str, *, bound: bool) -> ast.arg | None:
    arguments = function.args
    positional = [*arguments.posonlyargs, *arguments.args]
    if isinstance(place, str):
        return next((a for a in [*positional, *arguments.kwonlyargs] if a.arg == place), None)
    place += 1 if bound else 0
    return positional[place] if place < len(positional) else None


def _last_name(function: ast.expr) -> str:
    if isinstance(function, ast.Attribute):
        return function.attr
    return function.id if isinstance(function, ast.Name) else ""
