"""Where torch.load goes when it is an argument: which calls only look at it, and what the others pass on to it."""

from __future__ import annotations

import ast
from collections.abc import Iterable

from bot.scan.names.arguments import parameter_given, word_of
from bot.scan.names.attributes import SETTERS
from bot.scan.names.evaluate import evaluate
from bot.scan.names.given import used_inside
from bot.scan.names.known_calls import TRANSPARENT
from bot.scan.names.module import Module
from bot.scan.names.set_names import names_updated
from bot.scan.names.values import Constant, Dictionary, Function, Qualified, Sequence
from bot.scan.names.writes import PUTS

HARMLESS = frozenset(
    """isinstance issubclass callable print id repr str type hasattr getattr hash help setattr delattr signature
    getsource getfile getsourcefile getsourcelines getmodule
    getdoc getfullargspec wraps update_wrapper patch object Mock MagicMock
    create_autospec iscoroutinefunction isfunction isbuiltin debug info warning error log len id_ mark
    called_with is_ eq get_type_hints getrefcount dis getclosurevars allow_in_graph disallow_in_graph""".split()
)
"""Calls that look at a function, compare it or put something in its place, by the last word of their name."""


def is_harmless(call: ast.Call, module: Module) -> bool:
    """Whether the call only looks at its argument."""
    word = word_of(call.func)
    makes_class = word == "type" and len(call.args) == 3
    looks = (word in HARMLESS and not makes_class) or word.startswith(("assert", "is_"))
    if isinstance(module.parent(call), ast.Expr) and _gives_back(call, module):
        return True  # `weakref.ref(torch.load)` by itself: nobody has what it gives
    return looks and not _is_used_inside(call, module)


def _gives_back(call: ast.Call, module: Module) -> bool:
    return any(isinstance(v, Qualified) and v.name in TRANSPARENT for v in evaluate(call.func, module))


def _is_used_inside(call: ast.Call, module: Module) -> bool:
    """Whether it is the project's own function, and calls or gives back what it is given: a decorator called `log`."""
    for function in evaluate(call.func, module):
        if isinstance(function, Function):
            names = [parameter_given(call, argument, function.node) for argument in call.args]
            uses = [use for name in names for use in used_inside(name, function.node, function.module)]
            parents = [(use, function.module.parent(use)) for use in uses]
            if any((isinstance(p, ast.Call) and p.func is use) or isinstance(p, ast.Return) for use, p in parents):
                return True
    return False


def words_set(node: ast.expr, call: ast.Call, module: Module) -> list[str]:
    """The attributes that `setattr(owner, "name", node)` can set, unless torch's own: that is another rule's; the names
    that `globals().update(name=node)` sets.
    """
    if word_of(call.func) == "update" and isinstance(call.func, ast.Attribute) and _is_names_of_module(call.func.value):
        return [name for name, _ in names_updated(call)]
    if word_of(call.func) not in SETTERS or len(call.args) != 3 or call.args[2] is not node:
        return []
    name, owner = call.args[1], word_of(call.args[0])
    words = [v.value for v in evaluate(name, module) if isinstance(v, Constant) and isinstance(v.value, str)]
    return [] if "load" in words or owner in ("torch", "serialization") else words


def put_into(call: ast.Call, module: Module) -> list[str]:
    """The list or dict of the file, if it is one, that `readers.append(...)`, `readers.update(...)` fills."""
    if not (
        isinstance(call.func, ast.Attribute)
        and call.func.attr in PUTS | {"__setitem__"}
        and isinstance(call.func.value, ast.Name)
    ):
        return []
    holders = evaluate(call.func.value, module)
    return [call.func.value.id] if all(isinstance(v, Dictionary | Sequence) for v in holders) else []


def names_of_targets(targets: Iterable[ast.expr]) -> list[str]:
    """The words by which what is assigned can be reached: names, attributes, the dict an item is put in."""
    words: list[str] = []
    rest = list(targets)
    for target in rest:  # grows while it is read
        if isinstance(target, ast.Name):
            words.append(target.id)
        elif isinstance(target, ast.Attribute):
            words.append(target.attr)
        elif isinstance(target, ast.Subscript) and _is_names_of_module(target.value):
            words += [str(target.slice.value)] if isinstance(target.slice, ast.Constant) else []
        elif isinstance(target, ast.Subscript | ast.Starred):
            rest.append(target.value)
        elif isinstance(target, ast.Tuple | ast.List):
            rest += target.elts
    return words


def _is_names_of_module(node: ast.expr) -> bool:
    """`globals()`, whose items are names."""
    return isinstance(node, ast.Call) and word_of(node.func) in ("globals", "locals")
