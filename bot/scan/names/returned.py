"""What the project's own functions return, as seen from a call."""

from __future__ import annotations

import ast
from collections.abc import Iterable

from bot.scan.names.arguments import argument_of
from bot.scan.names.bound import results, yielded
from bot.scan.names.module import Module
from bot.scan.names.values import Evaluate, Function, Parameter, Sequence, Unknown, Value


def returned(function: Function, call: ast.Call, module: Module, of: Evaluate) -> Iterable[Value]:
    """What a function of the project returns; an argument it gives back is looked up at the call."""
    node = function.node
    given_back = [node.body] if isinstance(node, ast.Lambda) else results(function.module).get(node, [])
    found: list[Value] = []
    made = () if given_back else yielded(function.module).get(node, ())
    if made:  # a generator: what `next` and `for` take out of it
        return (Sequence(tuple(tuple(of(e, function.module)) for e in made)),)
    for result in given_back:
        for value in of(result, function.module):
            given = argument_of(value, function, call) if isinstance(value, Parameter) else None
            found += of(given, module) if given is not None else (value,)
    return found or (Unknown(),)
