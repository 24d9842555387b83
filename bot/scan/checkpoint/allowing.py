"""The `safe_globals([...])` line that makes a file load, judged before it is offered."""

from __future__ import annotations

from collections.abc import Iterable

from bot.scan.checkpoint import judge
from bot.scan.checkpoint.judge import Ruling
from bot.scan.checkpoint.knowledge import NOT_PROPOSED, numpy_dtype_class

RENAMED = {"numpy.core.": "numpy._core."}
"""Modules that moved: a checkpoint names the old place, torch compares with the new one unless told otherwise."""


def needed(rulings: Iterable[tuple[tuple[str, str], Ruling]], numpy_dtypes: Iterable[str]) -> tuple[str, ...]:
    """Dotted names to allow-list, in the order they were met, numpy's dtype classes last. Nothing that runs code."""
    names: list[str] = []
    uses_dtype = False
    for _, ruling in rulings:
        uses_dtype = uses_dtype or ruling.dotted == "numpy.dtype"
        if ruling.judgement in (judge.NEEDS, judge.UNKNOWN) and ruling.dotted not in NOT_PROPOSED:
            names.append(ruling.dotted)
    if uses_dtype:
        names.extend(numpy_dtype_class(code) for code in numpy_dtypes)
    return tuple(dict.fromkeys(name for name in names if name))


def proposal(names: tuple[str, ...], path: str) -> str:
    """Python that can be pasted: the imports, and the load inside the context manager. `names` are identifiers."""
    modules = sorted({_module(name) for name in names} - {"builtins", "torch"} | {"torch"})
    return "\n".join(
        [
            *(f"import {module}" for module in modules),
            f"with torch.serialization.safe_globals([{', '.join(_entry(name) for name in names)}]):",
            f"    checkpoint = torch.load({path!a}, map_location='cpu', weights_only=True)",
        ]
    )


def _entry(name: str) -> str:
    """One item of the list; a pair where the name in the file is not the object's present one."""
    live = _live(name)
    shown = live.removeprefix("builtins.")
    return shown if live == name else f'({shown}, "{name}")'


def _live(name: str) -> str:
    return next((new + name.removeprefix(old) for old, new in RENAMED.items() if name.startswith(old)), name)


def _module(name: str) -> str:
    """The module to import: everything before the first part that begins with a capital, or before the last."""
    parts = _live(name).split(".")
    cut = next((index for index, part in enumerate(parts) if part.lstrip("_")[:1].isupper()), len(parts) - 1)
    return ".".join(parts[: max(1, cut)]) if cut else parts[0]
