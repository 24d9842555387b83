"""What a web framework hands to a class of handlers: `(r"/predict", Predict, {"net": net})` of tornado."""

from __future__ import annotations

import ast
import re

from bot.scan.evidence.follow.spot import Answer, Spot
from bot.scan.evidence.ground.reach import reads_of_parameter
from bot.scan.names.evaluate import evaluate
from bot.scan.names.values import Class

_KEY = re.compile(r"«\['(\w+)'\]")


def into_handler(spot: Spot, route: list[ast.expr]) -> Answer:
    """`route` is a pattern, a class with an `initialize`, and a dict with the value: its keys are parameters there."""
    key = _KEY.fullmatch(spot.path[-1]) if spot.path else None
    if key is None or len(route) < 3 or route[2] is not spot.node:
        return
    for handler in (v for v in evaluate(route[1], spot.module) if isinstance(v, Class)):
        for member in handler.node.body:
            if isinstance(member, ast.FunctionDef) and member.name == "initialize":
                for read in reads_of_parameter(key[1], member, handler.module):
                    yield Spot(read, handler.module, spot.path[:-1], spot.hops + 1)
