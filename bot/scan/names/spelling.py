"""How an expression is spelt."""

from __future__ import annotations

import ast


def spelt(node: ast.AST) -> str:
    """What `ast.unparse` says; of names and their attributes, which is what is mostly asked for, at once."""
    names: list[str] = []
    inner = node
    while isinstance(inner, ast.Attribute):
        names.append(inner.attr)
        inner = inner.value
    if not isinstance(inner, ast.Name):
        return ast.unparse(node)
    return ".".join((inner.id, *reversed(names))) if names else inner.id
