"""What a call says of `weights_only`: directly, through `**options`, through the partial it goes by."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from bot.model import WeightsOnly
from bot.scan.names.evaluate import evaluate
from bot.scan.names.fixtures import given_by_pytest
from bot.scan.names.lookup import find_bindings
from bot.scan.names.module import Module
from bot.scan.names.values import Constant, Dictionary, Parameter, Partial, Qualified, Value
from bot.scan.sites.callers import told_by_all
from bot.scan.sites.told import some_give_false, some_set_false

_GATE = re.compile(
    r"version|TORCH_|torch_?\d|is_torch|_geq_|at_least|signature|getfullargspec|co_varnames|parameters", re.I
)
_RESTRICTED = "torch._weights_only_unpickler"
_UNDECIDED = frozenset({WeightsOnly.ABSENT, WeightsOnly.NONE})


@dataclass(frozen=True, slots=True)
class Saying:
    """`possible` is each thing the call can say; `weights_only` the expression that says it, `values` what that can be.

    `has_kwargs` when a `**` is among the arguments that cannot be seen to its end.
    """

    possible: tuple[WeightsOnly, ...]
    weights_only: ast.expr | None = None
    values: tuple[Value, ...] = ()
    file: ast.expr | None = None
    pickle_module: ast.expr | None = None
    has_star: bool = False
    has_kwargs: bool = False

    @property
    def sum(self) -> WeightsOnly:
        """One word for all that is possible."""
        said = set(self.possible)
        if len(said) == 1:
            return self.possible[0]
        if WeightsOnly.KWARGS in said:
            return WeightsOnly.KWARGS
        if WeightsOnly.TRUE in said or WeightsOnly.DYNAMIC in said:
            return WeightsOnly.DYNAMIC
        return WeightsOnly.FALSE if WeightsOnly.FALSE in said else WeightsOnly.ABSENT


def read_call(
    arguments: Sequence[ast.expr], keywords: Sequence[ast.keyword], module: Module, *, under: Saying | None = None
) -> Saying:
    """What these arguments of torch.load say; `under` is what a partial has said before."""
    named = {k.arg: k.value for k in keywords if k.arg}
    spreads = [k.value for k in keywords if k.arg is None]
    said = _direct(named.get("weights_only"), module) or _spread(spreads, module)
    unseen = any(not _seen(value, module) for value in spreads)
    if said is None and under is not None and not unseen:
        said = (under.possible, under.weights_only, under.values)
    plain = [a for a in arguments if not isinstance(a, ast.Starred)]
    given = named.get("pickle_module") or (plain[2] if len(plain) > 2 else _under_dict(spreads, module))
    if said is None and given is not None and _is_restricted(given, module):
        return Saying((WeightsOnly.TRUE,), file=plain[0] if plain else named.get("f"))
    possible, expression, values = said or ((WeightsOnly.ABSENT,), None, ())
    return Saying(
        possible,
        expression,
        values,
        file=(plain[0] if plain else named.get("f")) or (under.file if under else None),
        pickle_module=(given if given is not None and not _is_none(given, module) else None)
        or (under.pickle_module if under else None),
        has_star=len(plain) < len(arguments) or bool(under and under.has_star),
        has_kwargs=unseen or bool(under and under.has_kwargs),
    )


def read_partial(partial: Partial) -> Saying:
    """What a partial of torch.load says, with the partials below it."""
    below = read_partial(partial.function) if isinstance(partial.function, Partial) else None
    return read_call(partial.call.args[1:], partial.call.keywords, partial.module, under=below)


def read_dict(options: ast.expr, module: Module) -> Saying:
    """What a dict of keywords says, as in `Thread(target=torch.load, kwargs={...})`."""
    return read_call((), (ast.keyword(arg=None, value=options),), module)


_Said = tuple[tuple[WeightsOnly, ...], ast.expr | None, tuple[Value, ...]]


def _direct(expression: ast.expr | None, module: Module) -> _Said | None:
    if expression is None:
        return None
    values = tuple(t for v in evaluate(expression, module) for t in (_settled(v) or (v,)))
    found = [w for v in values for w in (*_words(v), *_told(v))]
    if set(found) == {WeightsOnly.TRUE} and some_set_false(expression, module):
        found.append(WeightsOnly.FALSE)
    return _gated(tuple(dict.fromkeys(found)), expression, module), expression, values


def _settled(value: Value) -> tuple[Value, ...]:
    """What all callers of a private helper give, or pytest a test, if each gives a constant, or a parameter of its own
    with a default.
    """
    told = (told_by_all(value) or given_by_pytest(value, evaluate)) if isinstance(value, Parameter) else ()
    return told if all(isinstance(v, Constant) or (isinstance(v, Parameter) and v.default) for v in told) else ()


def _told_to_options(there: tuple[Value, ...]) -> tuple[Value, ...]:
    """The same for what is one of `**options` and has no default: each caller says it, or it cannot be told."""
    return _settled(there[0]) if len(there) == 1 and isinstance(there[0], Parameter) and there[0].is_option else ()


def _spread(spreads: Sequence[ast.expr], module: Module) -> _Said | None:
    """What `**options` says; None when none of them can hold the word."""
    words: list[WeightsOnly] = []
    found: list[Value] = []
    for expression in spreads:
        for value in evaluate(expression, module):
            if not isinstance(value, Dictionary):
                words.append(WeightsOnly.KWARGS)
                continue
            there, sure = value.get("weights_only")
            told = _told_to_options(there)
            there, sure = told or there, sure or bool(told)
            found += there
            words += [w for v in there for w in (*_words(v, unknown=WeightsOnly.KWARGS), *_told(v))]
            words += () if sure else (WeightsOnly.ABSENT if value.complete else WeightsOnly.KWARGS,)
    kinds = tuple(dict.fromkeys(words))
    if not kinds or kinds == (WeightsOnly.ABSENT,):
        return None
    if len(kinds) > 1 and WeightsOnly.KWARGS in kinds and WeightsOnly.TRUE in kinds and not _open(spreads, module):
        kinds = tuple(k for k in kinds if k is not WeightsOnly.KWARGS)
    return _gated(kinds, spreads[0], module), spreads[0], tuple(found)


def _open(spreads: Sequence[ast.expr], module: Module) -> bool:
    return any(not _seen(expression, module) for expression in spreads)


def _seen(expression: ast.expr, module: Module) -> bool:
    return all(isinstance(v, Dictionary) and v.complete for v in evaluate(expression, module))


def _words(value: Value, *, unknown: WeightsOnly = WeightsOnly.DYNAMIC) -> Iterable[WeightsOnly]:
    if isinstance(value, Parameter) and value.default:
        return [w for v in value.default for w in _words(v, unknown=unknown)]
    if not isinstance(value, Constant):
        return (unknown,)
    if value.value is None:
        return (WeightsOnly.NONE,)
    return (WeightsOnly.TRUE if value.value else WeightsOnly.FALSE,)


def _told(value: Value) -> Iterable[WeightsOnly]:
    """False where the default is True, but a caller says otherwise."""
    if not isinstance(value, Parameter) or set(_words(value)) != {WeightsOnly.TRUE}:
        return ()
    return (WeightsOnly.FALSE,) if some_give_false(value) else ()


def _gated(words: tuple[WeightsOnly, ...], expression: ast.expr, module: Module) -> tuple[WeightsOnly, ...]:
    """True where torch knows the keyword, nothing said where it does not: that is True (whisper does so)."""
    rest = set(words) - {WeightsOnly.TRUE}
    if WeightsOnly.TRUE in words and rest and rest <= _UNDECIDED and _asks_version(expression, module):
        return (WeightsOnly.TRUE,)
    return words


def _asks_version(expression: ast.expr, module: Module) -> bool:
    places: list[ast.AST] = [expression]
    for node in ast.walk(expression):
        if isinstance(node, ast.Name):
            places += [b.node for _, b in find_bindings(node.id, node, module)]
            places += [n for n in module.names(node.id) if isinstance(module.parent(n), ast.Subscript | ast.Attribute)]
    return any(_is_gate(test, module) for place in places for test in _conditions(place, module))


def _is_gate(test: ast.expr, module: Module) -> bool:
    """Whether a condition asks what torch can do; for `if RECENT:` what RECENT was assigned."""
    if _GATE.search(module.segment(test)):
        return True
    names = [n for n in ast.walk(test) if isinstance(n, ast.Name)]
    found = [b for n in names for owner, b in find_bindings(n.id, n, module) if owner is module]
    behind = [module.parent(binding.node) for binding in found]
    given = [s.value for s in behind if isinstance(s, ast.Assign | ast.AnnAssign) and s.value is not None]
    return any("torch" in text and _GATE.search(text) for text in map(module.segment, given))


def _conditions(place: ast.AST, module: Module) -> Iterable[ast.expr]:
    """The conditions on which `place` depends, and those inside the assignment it stands in."""
    statement = module.statement(place)
    if statement is not None and not isinstance(
        statement, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef | ast.If
    ):
        yield from (n.test for n in ast.walk(statement) if isinstance(n, ast.IfExp))
    for _, outer in module.around(place, ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef):
        if isinstance(outer, ast.If):
            yield outer.test


def _is_restricted(pickler: ast.expr, module: Module) -> bool:
    """Whether it is the unpickler behind `weights_only=True` itself, as torch's private readers are given it."""
    return all(isinstance(v, Qualified) and v.name == _RESTRICTED for v in evaluate(pickler, module))


def _is_none(expression: ast.expr, module: Module) -> bool:
    return all(isinstance(v, Constant) and v.value is None for v in evaluate(expression, module))


def _under_dict(spreads: Sequence[ast.expr], module: Module) -> ast.expr | None:
    """The `**options` that surely hands over a pickle_module."""
    for expression in spreads:
        for value in evaluate(expression, module):
            if isinstance(value, Dictionary) and any(i.key == "pickle_module" for i in value.items):
                there = value.get("pickle_module")[0]
                if not all(isinstance(v, Constant) and v.value is None for v in there):
                    return expression
    return None
