"""What can this expression stand for? The one evaluator behind callees and values of `weights_only` alike.

It never guesses: what cannot be read from the source is `Unknown`. Conditions are not decided, both sides count.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterable
from itertools import pairwise

from bot.scan.names import folding
from bot.scan.names.attributes import attribute, subscript
from bot.scan.names.bound import bound_values, joined
from bot.scan.names.dicts import key_of, spread, with_updates
from bot.scan.names.given import given_to_text
from bot.scan.names.known_calls import call_values
from bot.scan.names.left_out import none_asked, where_none, with_default
from bot.scan.names.lookup import find_bindings, open_stars
from bot.scan.names.module import Module
from bot.scan.names.values import Constant, Dictionary, Function, Item, Parameter, Qualified, Sequence, Unknown, Value

_DEEP = 40
_STEPS = 4_000
_WIDE = 48
_REPEATED = 8
_BUILTINS = frozenset(
    """getattr __import__ vars dict bool int str len chr any all object eval exec compile globals locals map filter
    staticmethod classmethod next iter list tuple isinstance callable
    print id repr str type hasattr hash help setattr delattr property super zip enumerate sorted
    reversed set frozenset open bytes bytearray""".split()
)


def evaluate(expression: ast.expr, module: Module) -> tuple[Value, ...]:
    """Every value `expression` can have where it stands, as far as the source tells; never empty."""
    return _Run().of(expression, module)


class _Run:
    """One question. Bounded in depth and steps, so that hostile code costs a moment and gets `Unknown`."""

    __slots__ = ("active", "cut", "depth", "steps")

    def __init__(self) -> None:
        self.active: set[ast.expr] = set()
        self.depth, self.steps, self.cut = 0, 0, False

    def of(self, expression: ast.expr, module: Module) -> tuple[Value, ...]:
        known: dict[ast.expr, tuple[Value, ...]] = module.cache.setdefault("values", {})
        if expression in known:
            return known[expression]
        self.steps += 1
        if expression in self.active or self.depth > _DEEP or self.steps > _STEPS:
            self.cut = True
            return (Unknown("too entangled to follow"),)
        before, self.cut = self.cut, False
        self.active.add(expression)
        self.depth += 1
        handler = _HANDLERS.get(expression.__class__)
        found = tuple(dict.fromkeys(handler(expression, module, self)))[:_WIDE] if handler else ()
        self.depth -= 1
        self.active.discard(expression)
        result = found or (Unknown(),)
        if not self.cut:
            known[expression] = result
        self.cut = self.cut or before
        return result


def _constant(node: ast.Constant, module: Module, run: _Run) -> Iterable[Value]:
    return (Constant(node.value),)


def _name(node: ast.Name, module: Module, run: _Run) -> Iterable[Value]:
    found = find_bindings(node.id, node, module)
    if module.outer and not any(owner is module for owner, _ in found):
        given = given_to_text(node.id, module, run.of)
        if given:
            return given
    if found:
        values = [v for owner, binding in found for v in bound_values(binding, owner, run.of)]
        return with_updates(with_default(values, node, found), node, found, run.of)
    if node.id in _BUILTINS:
        return (Qualified(f"builtins.{node.id}"),)
    if node.id == "torch":  # bound by nobody: a star import, a notebook's magic, another function's import
        return (Qualified("torch", ambiguous=True),)
    return (
        Unknown(f"{node.id} may come from a star import" if open_stars(module) else f"{node.id} is not bound here"),
    )


def _attribute(node: ast.Attribute, module: Module, run: _Run) -> Iterable[Value]:
    return attribute(node, run.of(node.value, module), module, run.of)


def _subscript(node: ast.Subscript, module: Module, run: _Run) -> Iterable[Value]:
    bases = run.of(node.value, module)
    if isinstance(node.slice, ast.Slice):
        return _sliced(bases, node.slice, module, run)
    return subscript(bases, run.of(node.slice, module), run.of)


def _sliced(bases: tuple[Value, ...], bounds: ast.Slice, module: Module, run: _Run) -> Iterable[Value]:
    """`"daol"[::-1]`; part of a list, any of whose items may be anywhere where the bounds cannot be told."""
    given = [None if b is None else run.of(b, module)[0] for b in (bounds.lower, bounds.upper, bounds.step)]
    texts = [folding.sliced(base.value, given) if isinstance(base, Constant) else None for base in bases]
    rest = [folding.part(base, given) if isinstance(base, Sequence) else Unknown() for base in bases]
    return [text or other for text, other in zip(texts, rest, strict=True)]


def _call(node: ast.Call, module: Module, run: _Run) -> Iterable[Value]:
    return call_values(node, module, run.of)


def _either(node: ast.IfExp, module: Module, run: _Run) -> Iterable[Value]:
    decided = {truth(v) if isinstance(v, Constant) else None for v in run.of(node.test, module)}
    body = () if decided == {False} else run.of(node.body, module)
    other = () if decided == {True} else run.of(node.orelse, module)
    if (asked := none_asked(node.test)) is not None:  # `True if safe is None else safe`
        missing, given = (body, other) if asked else (other, body)
        return (*missing, *where_none(given, missing))
    return (*body, *other)


def _bool(node: ast.BoolOp, module: Module, run: _Run) -> Iterable[Value]:
    """`a or b` and `a and b`: a constant that decides ends it."""
    decides = isinstance(node.op, ast.Or)
    if run.of(node.values[-1], module) == (Constant(decides),):  # `recent or True`, `recent and False`
        return (Constant(decides),)
    found: list[Value] = []
    for index, operand in enumerate(node.values):
        values = run.of(operand, module)
        last = index == len(node.values) - 1
        found += [v for v in values if last or truth(v) is not (not decides)]
        if all(truth(v) is decides for v in values):
            break
    return found


def _unary(node: ast.UnaryOp, module: Module, run: _Run) -> Iterable[Value]:
    if isinstance(node.op, ast.USub):  # `"daol"[::-1]`
        return [folding.compute(ast.Sub(), Constant(0), v) or Unknown() for v in run.of(node.operand, module)]
    if not isinstance(node.op, ast.Not):
        return (Unknown(),)
    return [Unknown() if truth(v) is None else Constant(not truth(v)) for v in run.of(node.operand, module)]


def _walrus(node: ast.NamedExpr, module: Module, run: _Run) -> Iterable[Value]:
    return run.of(node.value, module)


def _lambda(node: ast.Lambda, module: Module, run: _Run) -> Iterable[Value]:
    return (Function(node, module),)


def _dict(node: ast.Dict, module: Module, run: _Run) -> Iterable[Value]:
    items: list[Item] = []
    for key, value in zip(node.keys, node.values, strict=True):
        if key is None:
            items += spread(run.of(value, module))
        else:
            items.append(Item(key_of(run.of(key, module)), run.of(value, module)))
    return (Dictionary(tuple(items)),)


def _sequence(node: ast.List | ast.Tuple | ast.Set, module: Module, run: _Run) -> Iterable[Value]:
    items: list[tuple[Value, ...]] = []
    for item in node.elts:
        values = run.of(item, module)
        if isinstance(item, ast.Starred):  # `[*readers, torch.load]`
            items += [each for v in values for each in (v.items if isinstance(v, Sequence) else ((Unknown(),),))]
        else:
            items.append(values)
    return (Sequence(tuple(items)),)


def _comprehension(node: ast.ListComp | ast.SetComp | ast.GeneratorExp, module: Module, run: _Run) -> Iterable[Value]:
    return (Sequence((run.of(node.elt, module),)),)


def _dict_comprehension(node: ast.DictComp, module: Module, run: _Run) -> Iterable[Value]:
    """`{name: import_module(name) for name in ("torch", "json")}`: as many keys as values belong together in order."""
    keys, values = run.of(node.key, module), run.of(node.value, module)
    one = len(node.generators) == 1
    loops = run.of(node.generators[0].iter, module) if one else ()
    rounds = loops[0].items if len(loops) == 1 and isinstance(loops[0], Sequence) else ()
    sure = one and not node.generators[0].ifs
    if len(keys) == len(values) == len(rounds) and all(isinstance(key, Constant) for key in keys):
        return (Dictionary(tuple(Item(key_of((k,)), (v,), sure) for k, v in zip(keys, values, strict=True))),)
    return (Dictionary(tuple(Item(key_of((key,)), values, sure=False) for key in keys)),)


def _binary(node: ast.BinOp, module: Module, run: _Run) -> Iterable[Value]:
    left, right = run.of(node.left, module), run.of(node.right, module)
    if len(left) != 1 or len(right) != 1:
        return (Unknown(),)
    a, b = left[0], right[0]
    if isinstance(node.op, ast.Mult) and isinstance(a, Sequence):  # as often as it may be: any place holds any item
        return (Sequence((a.items * _REPEATED)[:_WIDE]),)
    whole = joined(a, b) if isinstance(node.op, ast.BitOr | ast.Add) else None
    return (whole or folding.compute(node.op, a, b) or Unknown(),)


def _compare(node: ast.Compare, module: Module, run: _Run) -> Iterable[Value]:
    """`1 == 1`, `MODE in ("safe", "strict")`: each side one constant, or it cannot be told."""
    sides = [run.of(side, module) for side in (node.left, *node.comparators)]
    if any(len(side) != 1 for side in sides):
        return (Unknown(),)
    said = [folding.compare(op, a[0], b[0]) for op, (a, b) in zip(node.ops, pairwise(sides), strict=True)]
    if False in said:
        return (Constant(False),)
    return (Unknown() if None in said else Constant(True),)


def _formatted(node: ast.JoinedStr, module: Module, run: _Run) -> Iterable[Value]:
    parts: list[str] = []
    for part in node.values:
        value = run.of(part.value if isinstance(part, ast.FormattedValue) else part, module)
        if len(value) != 1 or not isinstance(value[0], Constant):
            return (Unknown(),)
        parts.append(str(value[0].value))
    return (Constant("".join(parts)),)


def _awaited(node: ast.Await | ast.Starred, module: Module, run: _Run) -> Iterable[Value]:
    return run.of(node.value, module)


def truth(value: Value) -> bool | None:
    """Whether a value counts as true; None when it cannot be told."""
    if isinstance(value, Constant):
        return bool(value.value)
    if isinstance(value, Dictionary):
        return True if value.items else (False if value.complete else None)
    if isinstance(value, Sequence):
        return bool(value.items)
    if isinstance(value, Parameter) and value.default:  # what a caller gives may differ: its default is what counts
        decided = {truth(v) for v in value.default}
        return decided.pop() if len(decided) == 1 else None
    return None


_HANDLERS: dict[type[ast.expr], Callable[..., Iterable[Value]]] = {
    ast.Constant: _constant,
    ast.Name: _name,
    ast.Attribute: _attribute,
    ast.Subscript: _subscript,
    ast.Call: _call,
    ast.IfExp: _either,
    ast.BoolOp: _bool,
    ast.UnaryOp: _unary,
    ast.Compare: _compare,
    ast.NamedExpr: _walrus,
    ast.Lambda: _lambda,
    ast.Dict: _dict,
    ast.List: _sequence,
    ast.Tuple: _sequence,
    ast.Set: _sequence,
    ast.ListComp: _comprehension,
    ast.SetComp: _comprehension,
    ast.GeneratorExp: _comprehension,
    ast.DictComp: _dict_comprehension,
    ast.BinOp: _binary,
    ast.JoinedStr: _formatted,
    ast.Await: _awaited,
    ast.Starred: _awaited,
}
