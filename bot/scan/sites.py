"""Every place where `torch.load` is called or handed on, and what stands there."""

from __future__ import annotations

import ast
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from bot.model import WeightsOnly
from bot.scan.evaluate import evaluate
from bot.scan.module import Module
from bot.scan.values import LOADS, Constant, Qualified, Value


class Form(StrEnum):
    """How torch.load is used at a site."""

    CALL = "call"
    PARTIAL = "partial"
    HANDED_ON = "handed on"
    TEXT = "code in a string"


@dataclass(frozen=True, slots=True)
class Site:
    """A use of torch.load.

    `call` is the call that takes the keywords: `torch.load(...)`, `partial(torch.load, ...)`, `submit(torch.load, ...)`;
    None where torch.load is handed on by name alone. It lives in `module`. `node` is what a finding underlines and lives
    in `host`: the same module, except for code in a string, where `host` holds the string.
    `possible` is each thing the call can say of weights_only; `says` sums them up. `values` is what the keyword can be.
    """

    host: Module
    node: ast.expr
    module: Module
    call: ast.Call | None
    form: Form
    says: WeightsOnly
    possible: tuple[WeightsOnly, ...]
    weights_only: ast.expr | None = None
    values: tuple[Value, ...] = ()
    file: ast.expr | None = None
    pickle_module: ast.expr | None = None
    has_star: bool = False
    has_kwargs: bool = False
    ambiguous: bool = False

    @property
    def editable(self) -> bool:
        """Whether a keyword written into `call` reaches torch.load, as far as the form goes."""
        plain = self.call is not None and self.form in (Form.CALL, Form.PARTIAL)
        return plain and not (self.has_star or self.has_kwargs or self.ambiguous)

    @property
    def qualname(self) -> str:
        return self.host.qualname(self.node)


def find_sites(module: Module) -> Sequence[Site]:
    """All sites of one module, in order of position."""
    found = [
        _called(node, module) for node in module.nodes if isinstance(node, ast.Call) and _is_load(node.func, module)
    ]
    return sorted(found, key=lambda s: (s.node.lineno, s.node.col_offset))


def _is_load(function: ast.expr, module: Module) -> bool:
    return any(isinstance(v, Qualified) and v.name in LOADS for v in evaluate(function, module))


def _called(call: ast.Call, module: Module) -> Site:
    keyword = next((k.value for k in call.keywords if k.arg == "weights_only"), None)
    values = evaluate(keyword, module) if keyword is not None else ()
    possible = tuple(dict.fromkeys(_word(v) for v in values)) or (WeightsOnly.ABSENT,)
    kwargs = any(k.arg is None for k in call.keywords)
    says = possible[0] if len(possible) == 1 else WeightsOnly.DYNAMIC
    return Site(
        module, call, module, call, Form.CALL, WeightsOnly.KWARGS if kwargs and keyword is None else says, possible, keyword, values,
        file=call.args[0] if call.args else next((k.value for k in call.keywords if k.arg == "f"), None),
        pickle_module=next((k.value for k in call.keywords if k.arg == "pickle_module"), None),
        has_star=any(isinstance(a, ast.Starred) for a in call.args),
        has_kwargs=kwargs,
    )  # fmt: skip


def _word(value: Value) -> WeightsOnly:
    if not isinstance(value, Constant):
        return WeightsOnly.DYNAMIC
    if value.value is None:
        return WeightsOnly.NONE
    return WeightsOnly.TRUE if value.value else WeightsOnly.FALSE
