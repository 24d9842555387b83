"""Callables a project puts on torch's allow-list, and whether trusting them gives the protection away.

torch itself refuses only four modules (sys, os, posix, nt): `add_safe_globals([eval])` is accepted and then obeyed.
The judgement is the checkpoint reader's, so that a name is dangerous in both or in neither.
"""

from __future__ import annotations

import ast
import builtins
from collections.abc import Iterator
from dataclasses import dataclass

from bot.scan.names.evaluate import evaluate
from bot.scan.names.module import Module
from bot.scan.names.values import Constant, Qualified, Sequence, Value

_LISTS = frozenset(
    """torch.serialization.add_safe_globals torch.serialization.safe_globals
    torch._weights_only_unpickler._add_safe_globals torch._weights_only_unpickler._safe_globals""".split()
)
_WHOLESALE = frozenset({"dir", "vars", "globals", "getmembers", "get_unsafe_globals_in_checkpoint", "__subclasses__"})


@dataclass(frozen=True, slots=True)
class Trusted:
    """A call that trusts `names`; `wholesale` when it trusts whatever a module or a checkpoint holds."""

    call: ast.Call
    dangerous: tuple[tuple[str, str], ...]
    wholesale: str = ""


def find_trusted(module: Module) -> Iterator[Trusted]:
    """Every allow-listing call that trusts something which executes."""
    for call in module.of(ast.Call):
        if not call.args or not _adds(call, module):
            continue
        names = [name for item in _items(call.args[0], module) for name in _names(item, module)]
        dangerous = tuple((name, why) for name in dict.fromkeys(names) if (why := _why_dangerous(name)))
        wholesale = _wholesale(call.args[0])
        if dangerous or wholesale:
            yield Trusted(call, dangerous, wholesale)


def _adds(call: ast.Call, module: Module) -> bool:
    tail = call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")
    if "safe_globals" not in tail:
        return False
    return any(isinstance(value, Qualified) and value.name in _LISTS for value in evaluate(call.func, module))


def _items(expression: ast.expr, module: Module) -> list[ast.expr | tuple[Value, ...]]:
    if isinstance(expression, ast.List | ast.Tuple | ast.Set):
        return list(expression.elts)
    return [item for value in evaluate(expression, module) if isinstance(value, Sequence) for item in value.items]


def _names(item: ast.expr | tuple[Value, ...], module: Module) -> Iterator[str]:
    """What an item of the list is called: the callable, or the name given beside it (`(callable, "module.name")`)."""
    if isinstance(item, ast.Tuple):
        for part in item.elts:
            yield from _names(part, module)
        return
    values = evaluate(item, module) if isinstance(item, ast.expr) else item
    for value in values:
        if isinstance(value, Qualified):
            yield value.name
        elif isinstance(value, Constant) and isinstance(value.value, str) and "." in value.value:
            yield value.value
    if isinstance(item, ast.Name) and hasattr(builtins, item.id) and not any(isinstance(v, Qualified) for v in values):
        yield f"builtins.{item.id}"


def _why_dangerous(dotted: str) -> str:
    from bot.scan.checkpoint.allowlist import allow_list
    from bot.scan.checkpoint.inert import Global
    from bot.scan.checkpoint.judge import EXECUTES, rule_on

    module, _, name = dotted.rpartition(".")
    ruling = rule_on(Global(module, name, 0), allow_list())
    return ruling.why if ruling.judgement == EXECUTES else ""


def _wholesale(expression: ast.expr) -> str:
    """The function that lists everything there is, when the argument is made from one."""
    for node in ast.walk(expression):
        name = node.attr if isinstance(node, ast.Attribute) else getattr(node, "id", "")
        if name in _WHOLESALE:
            return str(name)
    return ""
