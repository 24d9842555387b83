"""Whether all entries of a dict are used alike: gone through in a loop or a comprehension that leaves none out."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from bot.scan.names.module import Module

_ENTRIES = ("items", "values")
_LEAVES_OUT = (ast.If, ast.Try, ast.Match, ast.Continue, ast.Break, ast.Return, ast.While)

_Comprehension = ast.DictComp | ast.ListComp | ast.SetComp | ast.GeneratorExp


def leaves_none_out(line: int, module: Module) -> bool:
    """Whether what stands on `line` is done to each entry of the dict that is gone through there."""
    return any(_holds(around, line) for around in _over_entries(module))


def _over_entries(module: Module) -> Iterator[ast.For | _Comprehension]:
    for call in module.of(ast.Call):
        if not isinstance(call.func, ast.Attribute) or call.func.attr not in _ENTRIES or call.args:
            continue
        around = module.parent(call)
        if isinstance(around, ast.For) and around.iter is call:
            yield around
        elif isinstance(around, ast.comprehension) and around.iter is call:
            made = module.parent(around)
            if isinstance(made, _Comprehension):
                yield made


def _holds(around: ast.For | _Comprehension, line: int) -> bool:
    if isinstance(around, ast.For):
        above = [s for s in around.body if s.lineno <= line]
        return bool(above) and line <= (above[-1].end_lineno or 0) and not any(_chooses(s) for s in above)
    inside = around.lineno <= line <= (around.end_lineno or 0)
    given = around.value if isinstance(around, ast.DictComp) else around.elt
    return inside and len(around.generators) == 1 and not around.generators[0].ifs and not _chooses(given)


def _chooses(node: ast.AST) -> bool:
    """Whether something in it is done to some entries alone."""
    return any(isinstance(part, (*_LEAVES_OUT, ast.IfExp, ast.BoolOp)) for part in ast.walk(node))
