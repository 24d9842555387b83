"""Dotted names by a module's import statements alone: quick, and enough to know a library's function."""

from __future__ import annotations

import ast

from bot.scan.names.module import Module


def dotted(expression: ast.expr, module: Module) -> str:
    """`np.load` -> `numpy.load` after `import numpy as np`; empty where the first name was never imported."""
    parts: list[str] = []
    while isinstance(expression, ast.Attribute):
        parts.append(expression.attr)
        expression = expression.value
    if not isinstance(expression, ast.Name):
        return ""
    head = _imported(module).get(expression.id)
    return ".".join((head, *reversed(parts))) if head else ""


def _imported(module: Module) -> dict[str, str]:
    known: dict[str, str] | None = module.cache.get("evidence.imports")
    if known is None:
        known = {}
        for plain in module.of(ast.Import):
            for alias in plain.names:
                known[alias.asname or alias.name.split(".")[0]] = (
                    alias.name if alias.asname else alias.name.split(".")[0]
                )
        for taken in module.of(ast.ImportFrom):
            for alias in taken.names:
                prefix = "." * taken.level + (taken.module or "")
                known[alias.asname or alias.name] = f"{prefix}.{alias.name}" if prefix else alias.name
        module.cache["evidence.imports"] = known
    return known
