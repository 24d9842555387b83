"""Numbers that are numpy's: `best = np.mean(losses)` is no float, and weights_only=True refuses it."""

from __future__ import annotations

import ast
from collections.abc import Iterable

from bot.scan.evidence.ground.behind import bound_to, kept_as
from bot.scan.evidence.ground.imports import dotted
from bot.scan.evidence.saves.content import Content, Stored
from bot.scan.names.module import Module
from bot.scan.names.spelling import spelt

_DEEPEST = 3
_KEEPS = frozenset("min max round abs sum".split())
"""Python's functions that give numpy's numbers where they are given some."""


def numpy_number(node: ast.expr | None, module: Module, depth: int = 0) -> Stored | None:
    """The numpy number an expression may be; None where none is seen."""
    if node is None or depth > _DEEPEST:
        return None
    if isinstance(node, ast.Call):
        full = dotted(node.func, module)
        if full.startswith("numpy."):
            return Stored(Content.OBJECT, f"numpy ({full})", ("numpy._core.multiarray.scalar", "numpy.dtype"))
        if full.startswith("sklearn.metrics."):
            return Stored(Content.UNKNOWN, f"what {full} gives, a number of numpy's in many versions")
        kept = isinstance(node.func, ast.Name) and node.func.id in _KEEPS
        return _first(node.args if kept else (), module, depth)
    if isinstance(node, ast.BinOp):
        return _first((node.left, node.right), module, depth)
    if isinstance(node, ast.IfExp):
        return _first((node.body, node.orelse), module, depth)
    if isinstance(node, ast.Name):
        return _first((value for value in bound_to(node, module) if value is not None), module, depth)
    if isinstance(node, ast.Attribute) and spelt(node.value) == "self":
        return _first(kept_as(node.attr, node, module), module, depth)
    return None


def _first(nodes: Iterable[ast.expr], module: Module, depth: int) -> Stored | None:
    found = (numpy_number(node, module, depth + 1) for node in nodes)
    return next((each for each in found if each is not None), None)
