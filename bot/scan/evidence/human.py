"""What people left standing around a load: a reason in a comment, a shape for old torch, a handler that tries again."""

from __future__ import annotations

import ast
import re
from dataclasses import dataclass

from bot.scan.names.module import Module

_REASON = re.compile(
    r"trust|unpickl|pickle|weights[_ ]only|unsafe|arbitrary|wrapped python|legacy|numpy|namespace|"
    r"not (just|only) tensors|custom (class|object)|full (object|checkpoint)",
    re.IGNORECASE,
)
_MARKS = re.compile(r"#\s*(noqa|type:|nosec|nosemgrep|pragma|pylint|ruff|loadguard)\b", re.IGNORECASE)
REACH = 3
"""How many comment lines above the statement still speak of it."""


@dataclass(frozen=True, slots=True)
class Shape:
    """A larger construction the call is one half of; rewriting one half would make nonsense of it."""

    line: int
    why: str


def reason_comment(node: ast.expr, module: Module) -> tuple[int, str] | None:
    """The comment on or right above the call that explains why it loads as it does: line and text."""
    statement = module.statement(node) or node
    lines = module.source.lines
    first, last = statement.lineno, node.end_lineno or node.lineno
    for number in [*range(first, min(last, len(lines)) + 1), *_above(first, lines)]:
        text = _comment(lines[number - 1], whole=number < first)
        if text and _REASON.search(text) and not _MARKS.match(text):
            return number, text.lstrip("# ")
    return None


def _above(first: int, lines: tuple[str, ...]) -> list[int]:
    found: list[int] = []
    number = first - 1
    while number >= 1 and len(found) < REACH and lines[number - 1].lstrip().startswith("#"):
        found.append(number)
        number -= 1
    return found


def _comment(line: str, *, whole: bool) -> str:
    if whole:
        return line.strip()
    place = line.rfind("#")
    return line[place:].strip() if place >= 0 and line.count('"', place) == 0 else ""


def expects_refusal(call: ast.Call, module: Module) -> int | None:
    """The line of a handler for `UnpicklingError` around the load: what weights_only=True raises when it refuses.

    Stanza wraps its loads so since its 1.12 advisory. The handler must not load again: that is a fallback.
    """
    child: ast.AST = call
    parent = module.parent(call)
    while parent is not None and not isinstance(parent, ast.FunctionDef | ast.AsyncFunctionDef | ast.Module):
        if isinstance(parent, ast.Try) and child in parent.body:
            for handler in parent.handlers:
                caught = ast.unparse(handler.type) if handler.type is not None else ""
                if caught.rpartition(".")[2] == "UnpicklingError" and not _loads(handler, module):
                    return handler.lineno
        child, parent = parent, module.parent(parent)
    return None


def compatibility_shape(call: ast.Call, module: Module) -> Shape | None:
    """`try: load(..., weights_only=True) except TypeError: load(...)`, and the same behind a version check."""
    child: ast.AST = call
    parent = module.parent(call)
    while parent is not None and not isinstance(parent, ast.FunctionDef | ast.AsyncFunctionDef | ast.Module):
        if isinstance(parent, ast.ExceptHandler):
            return Shape(parent.lineno, "it is the handler of a load that failed")
        if isinstance(parent, ast.Try) and child in parent.body:
            other = next((h for h in parent.handlers if _loads(h, module)), None)
            if other is not None:
                return Shape(other.lineno, "its handler loads again another way")
        if isinstance(parent, ast.If | ast.IfExp) and _asks_version(parent.test) and child is not parent.test:
            return Shape(parent.lineno, "a version of torch is checked around it")
        child, parent = parent, module.parent(parent)
    return None


def _loads(node: ast.AST, module: Module) -> bool:
    return any(
        isinstance(n, ast.Call) and isinstance(n.func, ast.Attribute) and n.func.attr == "load" for n in ast.walk(node)
    )


def _asks_version(test: ast.expr) -> bool:
    text = ast.unparse(test).lower()
    return "version" in text and ("torch" in text or "parse(" in text)
