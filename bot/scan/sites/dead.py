"""Code that never runs: what stands below `if False:` or `if TYPE_CHECKING:`."""

from __future__ import annotations

import ast

from bot.scan.names.module import Module

_TYPES_ONLY = "TYPE_CHECKING"


def never_runs(node: ast.AST, module: Module) -> bool:
    """Whether a condition written out as a constant keeps `node` from running. A name that holds one may be changed
    any day, and counts for nothing.
    """
    for child, parent in module.around(node):
        if isinstance(parent, ast.If | ast.While):
            said = _says(parent.test)
            if (child in parent.body and said is False) or (child in parent.orelse and said is True):
                return True
    return False


def _says(test: ast.expr) -> bool | None:
    if isinstance(test, ast.UnaryOp) and isinstance(test.op, ast.Not):
        said = _says(test.operand)
        return None if said is None else not said
    if isinstance(test, ast.Constant):
        return bool(test.value)
    word = test.attr if isinstance(test, ast.Attribute) else getattr(test, "id", "")
    return False if word == _TYPES_ONLY else None
