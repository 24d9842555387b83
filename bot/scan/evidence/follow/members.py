"""What is done with each member of a container, with one of them, or by a function that is made on the spot."""

from __future__ import annotations

import ast

from bot.scan.evidence.follow.attributes import kind_of_word
from bot.scan.evidence.follow.signs import Kind
from bot.scan.evidence.follow.spot import Answer, Spot, label_of, step_into
from bot.scan.evidence.ground.imports import dotted
from bot.scan.evidence.ground.reach import reads_of_parameter
from bot.scan.evidence.ground.words import words_of
from bot.scan.names.arguments import word_of
from bot.scan.names.evaluate import evaluate
from bot.scan.names.spelling import spelt
from bot.scan.names.values import Function


def key_of(call: ast.Call) -> ast.expr | None:
    """By what `sorted`, `max` and the like compare."""
    return next((k.value for k in call.keywords if k.arg == "key"), None)


def one_of(spot: Spot, call: ast.Call) -> Answer:
    """The call gives one of the members."""
    part = step_into(spot, "each")
    if part is not None:
        yield part._replace(node=call)


def looked_up(spot: Spot, name: ast.expr) -> Answer:
    """`getattr(value, name)`: each name it can be; one that cannot be told is asked of nothing but objects."""
    words = words_of(name, spot.module)
    for word in words:
        yield spot.says(kind_of_word(word) or Kind.OBJECT, f".{word}")
    if not words:
        yield spot.says(Kind.OBJECT, f"is asked for its attribute {spelt(name)[:40]}")


def each_into(spot: Spot, taker: ast.expr, index: int) -> Answer:
    """`map(lambda each: ..., held)`, `map(prepare, held)`: parameter number `index` is one after the other."""
    part = step_into(spot, "each")
    if part is not None and isinstance(taker, ast.Call):
        yield from by_operator(part, taker, taker)
        return
    functions = [v for v in evaluate(taker, spot.module) if isinstance(v, Function)]
    for function in functions if part is not None else ():
        for parameter in function.node.args.args[index : index + 1]:
            for read in reads_of_parameter(parameter.arg, function.node, function.module):
                yield Spot(read, function.module, part.path if part is not None else (), spot.hops + 1)


def _by_keys(spot: Spot, maker: ast.Call, call: ast.Call) -> Answer:
    """`itemgetter("net", "cfg")(value)`: one entry, or a tuple of them."""
    for place, key in enumerate(maker.args):
        part = step_into(spot, label_of(key, spot.module))
        if part is not None:
            yield part._replace(node=call) if len(maker.args) == 1 else part.at(call, f"«[{place}]")


def by_operator(spot: Spot, maker: ast.Call, call: ast.Call) -> Answer:
    """`operator.methodcaller("eval")(value)`, `Parallel(4)(values)`, `ToUndirected()(graph)`."""
    word = maker.args[0] if maker.args else None
    made = word_of(maker.func)
    if made in ("methodcaller", "attrgetter") and isinstance(word, ast.Constant):
        name = str(word.value)
        yield spot.says(kind_of_word(name) or Kind.OBJECT, f".{name}")
    elif made == "itemgetter":
        yield from _by_keys(spot, maker, call)
    elif made == "Parallel":
        yield spot.at(call)
    elif dotted(maker.func, spot.module).startswith("torch_geometric.transforms."):
        yield spot.says(Kind.OBJECT, f"goes into {made} of PyG")
    else:
        yield spot.says(Kind.ESCAPES, "goes into a call")
