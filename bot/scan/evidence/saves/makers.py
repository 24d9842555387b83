"""What a call of Python's, torch's or numpy's makes, as far as its name tells."""

from __future__ import annotations

import ast
import re
from typing import TYPE_CHECKING

from bot.scan.evidence.ground.annotations import holds_tensors, member
from bot.scan.evidence.ground.behind import bound_to
from bot.scan.evidence.ground.callees import callee
from bot.scan.evidence.ground.classes import enclosing_class
from bot.scan.evidence.ground.imports import dotted
from bot.scan.evidence.saves.content import PLAIN, Content, Stored, by_torch_name
from bot.scan.evidence.saves.mappings import makes_dict
from bot.scan.evidence.saves.numbers import numpy_number
from bot.scan.names.arguments import word_of
from bot.scan.names.module import Module
from bot.scan.names.spelling import spelt

if TYPE_CHECKING:
    from bot.scan.project import Project

META = Stored(Content.UNKNOWN, "a tensor, which MONAI's transforms make a MetaTensor")
"""torch.save keeps its class, and each operation on one gives another. Source: monai.data.MetaTensor."""

_MONAI = re.compile(r"^[ \t]*(?:from|import)[ \t]+monai\b", re.MULTILINE)
_MAY_BE_PLAIN = re.compile(r"dict$|Dict\b|[lL]ist\b|Tensor\b|Tuple|tuple|Parameter|Counter")
_PLAIN_CALLS = frozenset(
    "str int float bool len max min sum round abs range hash repr sorted time perf_counter".split()
)
_GIVES_SEVERAL = frozenset(
    "topk sort kthvalue mode cummax cummin aminmax svd eigh eig qr slogdet geqrf lu_factor lstsq frexp".split()
)
_ALONG = frozenset("max min median nanmedian".split())
"""Of one tensor alone, or of two, these give a tensor; along a dimension they give values and indices."""
_TAKES_NUMBERS = (ast.Call, ast.For, ast.AsyncFor, ast.comprehension)
"""Where a range is gone through and gives its numbers."""
_NOT_PLAIN = {
    "collections.defaultdict": "a defaultdict, which weights_only never loads",
    "collections.deque": "a deque, which weights_only never loads",
    "argparse.Namespace": "an argparse.Namespace",
    "types.SimpleNamespace": "a SimpleNamespace",
    "pathlib.Path": "a pathlib.Path",
    "datetime.datetime.now": "a datetime",
    "packaging.version.parse": "a Version of packaging",
    "packaging.version.Version": "a Version of packaging",
}


def made_by(call: ast.Call, module: Module) -> Stored | None:
    """What the call makes; None where its name does not tell."""
    full = dotted(call.func, module)
    if full in _NOT_PLAIN:
        return Stored(Content.OBJECT, _NOT_PLAIN[full], (full.replace(".parse", ".Version"),))
    if makes_dict(call, module):
        return PLAIN
    if full.startswith("torch."):
        made = _several(call, full, module) or by_torch_name(full)
        return tensor_in(module) if made is PLAIN else made
    if full.startswith("numpy."):
        return Stored(Content.OBJECT, f"numpy ({full})", ("numpy._core.multiarray._reconstruct", "numpy.ndarray"))
    plain = isinstance(call.func, ast.Name) and call.func.id in _PLAIN_CALLS
    if plain and word_of(call.func) == "range" and not isinstance(module.parent(call), _TAKES_NUMBERS):
        return Stored(Content.OBJECT, "a range")
    return numpy_number(call, module) or PLAIN if plain else None


def _several(call: ast.Call, full: str, module: Module) -> Stored | None:
    """`torch.topk(x, 3)` kept whole is of a class that weights_only refuses; taken apart it is tensors."""
    name = full.rpartition(".")[2]
    by_number = len(call.args) > 1 and isinstance(call.args[1], ast.Constant | ast.UnaryOp)
    along = by_number or any(k.arg == "dim" for k in call.keywords)
    if name not in _GIVES_SEVERAL and not (name in _ALONG and along):
        return None
    around = module.parent(call)
    apart = isinstance(around, ast.Assign) and isinstance(around.targets[0], ast.Tuple | ast.List)
    if apart or isinstance(around, ast.Subscript | ast.Attribute | ast.Starred):
        return None
    made = f"torch.return_types.{full.removeprefix('torch.').replace('.', '_')}"
    return Stored(Content.OBJECT, f"what {full} gives, a {made}", (made,))


def itself_as_object(name: ast.Name, module: Module) -> Stored | None:
    """`torch.save(self, path)`: an instance of the class, unless that is a dict, a list or a tensor of its own kind."""
    owner = enclosing_class(name, module) if name.id == "self" else None
    if owner is None or any(_MAY_BE_PLAIN.search(spelt(base)) for base in owner.bases):
        return None
    return Stored(Content.OBJECT, f"self, an instance of {owner.name}", (owner.name,))


def is_no_container(what: ast.expr | None, module: Module) -> bool:
    """Whether what is saved is one thing, and no dict or list that holds it beside others."""
    values = [*bound_to(what, module)] if isinstance(what, ast.Name) else []
    return all(map(_is_one_thing, values or [what]))


def _is_one_thing(value: ast.expr | None) -> bool:
    """A name, or what a class makes."""
    if isinstance(value, ast.Call):
        return word_of(value.func)[:1].isupper() and not _MAY_BE_PLAIN.search(spelt(value.func))
    return isinstance(value, ast.Name | ast.Attribute)


def declares_tensors(taken: ast.Subscript, module: Module, project: Project) -> bool:
    """Whether the project's function is declared to give tensors at this place of a tuple: `f(x)[1]`."""
    call, place = taken.value, taken.slice.value if isinstance(taken.slice, ast.Constant) else None
    found = callee(call, module, project) if isinstance(call, ast.Call) and isinstance(place, int) else None
    declared = found[0].returns if found is not None else None
    given = member(declared, place) if declared is not None and isinstance(place, int) else None
    return given is not None and holds_tensors(given)


def tensor_in(module: Module) -> Stored:
    """A tensor, as plain as the module lets it be."""
    known: Stored | None = module.cache.get("evidence.tensor")
    if known is None:
        known = module.cache["evidence.tensor"] = META if _MONAI.search(module.source.text) else PLAIN
    return known
