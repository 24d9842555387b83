"""What a string in the source says: the whole it is part of, and its text as far as that is constant."""

from __future__ import annotations

import ast

from bot.scan.names.arguments import word_of
from bot.scan.names.lookup import find_bindings
from bot.scan.names.module import Module

TEXT_METHODS = frozenset({"format", "strip", "lstrip", "rstrip", "replace", "encode", "decode", "format_map", "join"})
_WRAPS_TEXT = frozenset({"dedent", "indent", "cleandoc"})
_SHORT = 100
FILLED_IN = "__value__"
"""What stands in a text for what cannot be told."""


def whole_text(constant: ast.expr, module: Module) -> ast.expr:
    """The text that a constant is part of: an f-string, a concatenation, `"...".format(...)`, `dedent("...")`."""
    node = constant
    while True:
        parent = module.parent(node)
        if isinstance(parent, ast.List | ast.Tuple):
            call = module.parent(parent)
            parent = call if isinstance(call, ast.Call) and _joins(call) and call.args[0] is parent else None
        elif isinstance(parent, ast.Attribute) and parent.attr in TEXT_METHODS:
            call = module.parent(parent)
            parent = call if isinstance(call, ast.Call) and call.func is parent else None
        elif isinstance(parent, ast.Call) and not (word_of(parent.func) in _WRAPS_TEXT and parent.args[:1] == [node]):
            parent = None
        if not isinstance(parent, ast.JoinedStr | ast.Call) and not (
            isinstance(parent, ast.BinOp) and isinstance(parent.op, ast.Add | ast.Mod)
        ):
            return node
        node = parent


def text_of(node: ast.expr, module: Module) -> str:
    """The text as far as it is constant, left to right; what is filled in stands as a name."""
    parts: list[str] = []
    stack: list[ast.AST] = [node]
    while stack:
        current = stack.pop()
        if isinstance(current, ast.Constant):
            parts.append(plain(current.value))
        elif isinstance(current, ast.JoinedStr):
            stack += reversed(current.values)
        elif isinstance(current, ast.BinOp) and isinstance(current.op, ast.Mod):
            stack.append(current.left)
        elif isinstance(current, ast.BinOp):
            stack += (current.right, current.left)
        elif isinstance(current, ast.Call) and _joins(current):
            between = current.func.value if isinstance(current.func, ast.Attribute) else current
            lines = current.args[0].elts if isinstance(current.args[0], ast.List | ast.Tuple) else []
            stack += [part for line in reversed(lines) for part in (line, between)][:-1]
        elif isinstance(current, ast.Call):
            inside = (
                current.func.value
                if isinstance(current.func, ast.Attribute) and current.func.attr in TEXT_METHODS
                else None
            )
            given = inside or (current.args[0] if word_of(current.func) in _WRAPS_TEXT and current.args else None)
            if given is None:  # `open(path).read()`
                parts.append(_filled_in(current, module))
            else:
                stack.append(given)
        else:
            parts.append(_filled_in(current, module))
    return "".join(parts)


def _filled_in(node: ast.AST, module: Module) -> str:
    """A name that is surely one short text, or that text itself, stands for it; anything else for itself."""
    name = node.value if isinstance(node, ast.FormattedValue) else node
    if isinstance(name, ast.Constant):
        return plain(name.value)
    found = find_bindings(name.id, name, module) if isinstance(name, ast.Name) else ()
    statements = [owner.parent(binding.node) for owner, binding in found]
    values = [s.value for s in statements if isinstance(s, ast.Assign | ast.AnnAssign)]
    if len(found) == len(values) == 1 and isinstance(values[0], ast.Constant) and isinstance(values[0].value, str):
        return values[0].value[:_SHORT]
    return FILLED_IN


def _joins(call: ast.Call) -> bool:
    """`"\\n".join([line, line])`: the lines stand there, one by one."""
    joins = isinstance(call.func, ast.Attribute) and call.func.attr == "join"
    return joins and len(call.args) == 1 and isinstance(call.args[0], ast.List | ast.Tuple)


def plain(value: object) -> str:
    return value.decode(errors="replace") if isinstance(value, bytes) else str(value)


def lines_around(line: ast.expr, module: Module) -> tuple[str, ast.expr] | None:
    """The list a line stands in, as one text: what `"\\n".join(lines)` makes of it."""
    around = module.parent(line)
    if not isinstance(around, ast.List | ast.Tuple):
        return None
    return "\n".join(text_of(each, module) for each in around.elts), around
