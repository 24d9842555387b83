"""What a call of Python's, torch's or numpy's makes, as far as its name tells."""

from __future__ import annotations

import ast
import re

from bot.scan.evidence.ground.callers import enclosing_class
from bot.scan.evidence.ground.imports import dotted
from bot.scan.evidence.saves.content import PLAIN, Content, Stored, by_torch_name
from bot.scan.evidence.saves.mappings import makes_dict
from bot.scan.names.module import Module

META = Stored(Content.UNKNOWN, "a tensor, which MONAI's transforms make a MetaTensor")
"""torch.save keeps its class, and each operation on one gives another. Source: monai.data.MetaTensor."""

_MONAI = re.compile(r"^[ \t]*(?:from|import)[ \t]+monai\b", re.MULTILINE)
_MAY_BE_PLAIN = re.compile(r"dict$|Dict\b|[lL]ist\b|Tensor|Tuple|tuple|Parameter|Counter")
_PLAIN_CALLS = frozenset(
    "str int float bool len max min sum round abs range hash repr sorted time perf_counter".split()
)
_NOT_PLAIN = {
    "collections.defaultdict": "a defaultdict, which weights_only never loads",
    "collections.deque": "a deque, which weights_only never loads",
    "argparse.Namespace": "an argparse.Namespace",
    "types.SimpleNamespace": "a SimpleNamespace",
    "pathlib.Path": "a pathlib.Path",
    "datetime.datetime.now": "a datetime",
}


def made_by(call: ast.Call, module: Module) -> Stored | None:
    """What the call makes; None where its name does not tell."""
    full = dotted(call.func, module)
    if full in _NOT_PLAIN:
        return Stored(Content.OBJECT, _NOT_PLAIN[full], (full,))
    if makes_dict(call, module):
        return PLAIN
    if full.startswith("torch."):
        made = by_torch_name(full)
        return tensor_in(module) if made is PLAIN else made
    if full.startswith("numpy."):
        return Stored(Content.OBJECT, f"numpy ({full})", ("numpy._core.multiarray._reconstruct", "numpy.ndarray"))
    return PLAIN if isinstance(call.func, ast.Name) and call.func.id in _PLAIN_CALLS else None


def itself_as_object(name: ast.Name, module: Module) -> Stored | None:
    """`torch.save(self, path)`: an instance of the class, unless that is a dict, a list or a tensor of its own kind."""
    owner = enclosing_class(name, module) if name.id == "self" else None
    if owner is None or any(_MAY_BE_PLAIN.search(ast.unparse(base)) for base in owner.bases):
        return None
    return Stored(Content.OBJECT, f"self, an instance of {owner.name}", (owner.name,))


def tensor_in(module: Module) -> Stored:
    """A tensor, as plain as the module lets it be."""
    known: Stored | None = module.cache.get("evidence.tensor")
    if known is None:
        known = module.cache["evidence.tensor"] = META if _MONAI.search(module.source.text) else PLAIN
    return known
