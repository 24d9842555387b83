"""Words that stand behind an expression: a constant's, of this file or of another."""

from __future__ import annotations

import ast

from bot.scan.names.evaluate import evaluate
from bot.scan.names.module import Module
from bot.scan.names.values import Constant


def words_of(name: ast.expr, module: Module) -> list[str]:
    """The strings an expression can be; none where it can be others too."""
    values = evaluate(name, module)
    words = [v.value for v in values if isinstance(v, Constant) and isinstance(v.value, str)]
    return words if len(words) == len(values) else []


def is_constant(name: ast.expr, module: Module) -> bool:
    """Whether it is seen to be a string, a number, True, False or None, whichever of them."""
    return all(isinstance(v, Constant) for v in evaluate(name, module))
