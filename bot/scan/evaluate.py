"""What can this expression stand for? The one evaluator behind callees and values of `weights_only` alike."""

from __future__ import annotations

import ast

from bot.scan.module import Module
from bot.scan.values import Constant, Qualified, Unknown, Value


def evaluate(expression: ast.expr, module: Module) -> tuple[Value, ...]:
    """Every value `expression` can have where it stands, as far as the source tells; never empty."""
    if isinstance(expression, ast.Constant):
        return (Constant(expression.value),)
    if isinstance(expression, ast.Attribute):
        return tuple(_attribute(v, expression.attr) for v in evaluate(expression.value, module))
    if isinstance(expression, ast.Name):
        return _imported(expression.id, module) or (Unknown(expression.id),)
    return (Unknown(),)


def _attribute(value: Value, name: str) -> Value:
    return Qualified(f"{value.name}.{name}") if isinstance(value, Qualified) else Unknown(name)


def _imported(name: str, module: Module) -> tuple[Value, ...]:
    found: list[Value] = []
    for node in module.nodes:
        if isinstance(node, ast.Import):
            for alias in node.names:
                if (alias.asname or alias.name.split(".")[0]) == name:
                    found.append(Qualified(alias.name if alias.asname else name))
        elif isinstance(node, ast.ImportFrom) and not node.level:
            found += [Qualified(f"{node.module}.{a.name}") for a in node.names if (a.asname or a.name) == name]
    return tuple(dict.fromkeys(found))
