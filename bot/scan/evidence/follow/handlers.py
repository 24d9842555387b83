"""What a web framework hands to a class of handlers: `(r"/predict", Predict, {"net": net})` of tornado."""

from __future__ import annotations

import ast

from bot.scan.evidence.follow.spot import Answer, Spot, key_put_under
from bot.scan.evidence.ground.classes import method_in
from bot.scan.evidence.ground.reach import reads_of_parameter
from bot.scan.names.evaluate import evaluate
from bot.scan.names.values import Class


def into_handler(spot: Spot, route: list[ast.expr]) -> Answer:
    """`route` is a pattern, a class with an `initialize`, and a dict with the value: its keys are parameters there."""
    if len(route) < 3 or route[2] is not spot.node or not (key := key_put_under(spot)):
        return
    for handler in (v for v in evaluate(route[1], spot.module) if isinstance(v, Class)):
        taking = method_in(handler.node, "initialize")
        for read in reads_of_parameter(key, taking, handler.module) if taking is not None else ():
            yield Spot(read, handler.module, spot.path[:-1], spot.hops + 1)
