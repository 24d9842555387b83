"""Files whose content a library's own published format settles, by the name they must have.

`pytorch_model.bin` and its shards, `adapter_model.bin`, `diffusion_pytorch_model.bin`: transformers, peft and diffusers
write state dicts there and read them with weights_only=True. `_extra_state` is the key under which torch puts what a
module's `get_extra_state` gives; a project's own says whether it is plain.
"""

from __future__ import annotations

import ast
import re
from typing import TYPE_CHECKING

from bot.model import Unreadable
from bot.scan.evidence.ground.memo import remember
from bot.scan.evidence.reading import Reading
from bot.scan.evidence.saves.content import Content
from bot.scan.evidence.saves.states import has_extra_state
from bot.scan.evidence.saves.stored import Look
from bot.scan.names.module import Definition, Module

if TYPE_CHECKING:
    from bot.scan.project import Project

_STATE_FILES = re.compile(
    r"(^|[/'\"])(pytorch_model|adapter_model|diffusion_pytorch_model|pytorch_lora_weights)"
    r"([.-](\d+|\{[^}]*\}|\*)([.-]of[.-](\d+|\{[^}]*\}|\*))?)?\.(bin|pth)['\"]"
)
_OBJECT_FILES = re.compile(r"(^|[/'\"])training_args\.bin['\"]|\bTRAINING_ARGS_NAME\b")
_STATE_NAMES = re.compile(r"\b(WEIGHTS_NAME|ADAPTER_WEIGHTS_NAME|PYTORCH_WEIGHTS_NAME|DIFFUSERS_WEIGHTS_NAME)\b")
_ONE_OF_MANY = re.compile(r"\[[^\[\]]*,[^\[\]]*\]")
"""`allow_patterns=["*.json", "pytorch_model.bin"]` names what is fetched, and not what is read."""

_SHARDS = re.compile(r"['\"/](pytorch_model)?\*\.bin['\"]")
"""`*.bin` in a model's folder, as transformers names them where it does not write safetensors."""
_EXTRA = "['_extra_state']"


def published_name(full: str) -> str:
    """The name of a published state dict's file in a path's text, or empty."""
    full = _ONE_OF_MANY.sub("[]", full)
    match = _STATE_FILES.search(full) or _STATE_NAMES.search(full)
    return match[0].strip("/'\"") if match else ""


def is_training_args(full: str) -> bool:
    """Whether a path ends in the file to which transformers' Trainer pickles its TrainingArguments, as an object."""
    return _OBJECT_FILES.search(full) is not None


def reads_shards(full: str, call: ast.Call, module: Module) -> bool:
    """Whether every `*.bin` of a folder is read, or one whose name is asked to end so, beside `*.safetensors`."""
    function = module.function(call)
    if function is None or not isinstance(function, ast.FunctionDef | ast.AsyncFunctionDef):
        return False
    asked = _SHARDS.search(full) is not None or ".bin" in _strings_with(".bin", function, module)
    return asked and bool(_strings_with("safetensors", function, module))


def _strings_with(word: str, function: Definition, module: Module) -> list[str]:
    """Each string of a function that holds the word."""
    first, last = function.lineno, function.end_lineno or function.lineno
    inside = (n.value for n in module.texts(word) if first <= n.lineno <= last)
    return [text for text in inside if isinstance(text, str) and word in text]


def reads_extra_state(reading: Reading) -> bool:
    """Whether the site looks into the `_extra_state` of what it takes for a dict without asking."""
    unsure = any(not s.path and s.detail == "is asked whether it is a dict" for s in reading.signs)
    return not unsure and any(_EXTRA in sign.path for sign in reading.signs)


def own_extra_state_is_plain(project: Project) -> bool:
    """Whether the project has a `get_extra_state`, and none of its modules puts an object or a pickle there."""
    return remember(project, "own_extra_state", lambda: _own_extra_state(project))


def _own_extra_state(project: Project) -> bool:
    found = []
    for path in project.containing(b"def get_extra_state("):
        module = project.module(path)
        if isinstance(module, Unreadable) or path.rpartition("/")[2].startswith("test_"):
            continue
        for function in module.of(ast.FunctionDef, "get_extra_state"):
            if function.name == "get_extra_state":
                returns = module.of(ast.Return)
                values = [n.value for n in returns if module.function(n) is function and n.value]
                found += [Look(project).of(value, module) for value in values]
    return bool(found) and not has_extra_state(project) and all(s.content is not Content.OBJECT for s in found)
