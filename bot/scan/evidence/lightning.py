"""Checkpoints a Lightning trainer wrote a few lines above: their layout is the library's, and published.

State dicts, loop counters and callback states; what a user may put into `hyper_parameters` is anybody's guess.
"""

from __future__ import annotations

import ast

from bot.scan.evidence.mappings import uses_config_library
from bot.scan.evidence.signs import Kind
from bot.scan.evidence.use import Reading

_KEYS = frozenset(
    "state_dict optimizer_states lr_schedulers callbacks loops epoch global_step pytorch-lightning_version"
    " native_amp_scaling_state MixedPrecision MixedPrecisionPlugin".split()
)
_WRITES = frozenset({"fit", "save_checkpoint", "test", "validate"})


def trained_above(reading: Reading) -> int | None:
    """The line of `trainer.fit(...)` or `trainer.save_checkpoint(...)` above the load in the same function."""
    function = reading.function
    if uses_config_library(reading.module):
        return None  # a DictConfig among the hyper_parameters is no dict (NeMo)
    if not isinstance(function, ast.FunctionDef | ast.AsyncFunctionDef):
        return None
    for node in ast.walk(function):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in _WRITES:
            receiver = ast.unparse(node.func.value)
            if receiver.endswith("trainer") and node.lineno < reading.call.lineno:
                return node.lineno
    return None


def reads_library_keys(reading: Reading) -> bool:
    """Something telling is read, and only what Lightning itself writes.

    That `state_dict` is there, or is not empty, tells nothing of what else is.
    """
    keys = {k[1:-1].strip("'\""): kinds for k, kinds in reading.keys.items() if k.startswith("[")}
    asked = {k.strip("'\"") for k in reading.asked}
    if not (keys or asked) or not (keys.keys() | asked) <= _KEYS:
        return False
    return bool(asked or keys.keys() - {"state_dict"} or keys["state_dict"] - {Kind.COMPARED, Kind.ESCAPES})
