"""Arithmetic on constants: `1 == 1`, `"lo" + "ad"`, `"".join(["to", "rch"])`, `"LOAD".lower()`, `"daol"[::-1]`.

Only what Python computes at once from short constants; the answer is None where it is anything else. A file under scan
must not make this expensive, so that texts and numbers have a limit.
"""

from __future__ import annotations

import ast
import operator
import re
from collections.abc import Callable
from collections.abc import Sequence as Several
from typing import Any

from bot.scan.names.values import Constant, Dictionary, Sequence, Value

_WIDTHS = re.compile(r"%[^sdr%]")  # "%999999999d" would be a gigabyte
_LONGEST = 1_000
_LARGEST = 2**31
_MANY = 64
_COMPARE: dict[type[ast.cmpop], Callable[[Any, Any], Any]] = {
    ast.Eq: operator.eq,
    ast.NotEq: operator.ne,
    ast.Lt: operator.lt,
    ast.LtE: operator.le,
    ast.Gt: operator.gt,
    ast.GtE: operator.ge,
    ast.In: lambda a, b: a in b,
    ast.NotIn: lambda a, b: a not in b,
}
_COMPUTE: dict[type[ast.operator], Callable[[Any, Any], Any]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mod: operator.mod,
    ast.BitOr: operator.or_,
    ast.BitAnd: operator.and_,
    ast.BitXor: operator.xor,
}
_METHODS = frozenset(
    """lower upper title casefold capitalize swapcase strip lstrip rstrip replace removeprefix removesuffix format join
    decode encode startswith endswith""".split()
)
SPLITS = frozenset({"split", "rsplit", "partition", "rpartition"})
FUNCTIONS: dict[str, Callable[[Any], Any]] = {
    "builtins.bool": bool,
    "builtins.int": int,
    "builtins.str": str,
    "builtins.len": len,
    "builtins.chr": chr,
    "builtins.any": any,
    "builtins.all": all,
}
_TROUBLE = (TypeError, ValueError, LookupError, AttributeError, ArithmeticError, UnicodeError)


def compare(op: ast.cmpop, left: Value, right: Value) -> bool | None:
    """Whether `left op right`; None where one of them is no constant."""
    pair = _plain(left), _plain(right)
    if _OPEN in pair:
        return None
    if isinstance(op, ast.Is | ast.IsNot):
        single = {None, True, False}
        if not all(type(each) in (type(None), bool) for each in pair) or not single.issuperset(pair):
            return None
        return (pair[0] is pair[1]) is isinstance(op, ast.Is)
    try:
        return bool(_COMPARE[type(op)](*pair))
    except _TROUBLE:
        return None


def compute(op: ast.operator, left: Value, right: Value) -> Constant | None:
    """`left op right` of short texts and small numbers."""
    pair = _plain(left), _plain(right)
    function = _COMPUTE.get(type(op))
    if function is None or _OPEN in pair or (isinstance(op, ast.Mod) and _WIDTHS.search(str(pair[0]))):
        return None
    return _made(function, *pair)


def method(text: object, name: str, arguments: Several[Value]) -> Constant | None:
    """`text.name(*arguments)`, where `text` is a constant text."""
    given = [_plain(a) for a in arguments]
    if not isinstance(text, str | bytes) or name not in _METHODS or _OPEN in given:
        return None
    if name == "format" and any(sign in str(text) for sign in ":!.["):  # widths, attributes: not worth their danger
        return None
    return _made(getattr(text, name, None), *given)


def split(text: object, name: str, arguments: Several[Value]) -> list[Sequence]:
    """`"serialization.load".split(".")`, `"torch.load".rpartition(".")`; empty where it cannot be told."""
    given = [_plain(a) for a in arguments]
    if not isinstance(text, str) or _OPEN in given or not _short(text):
        return []
    try:
        pieces = getattr(text, name)(*given)[:_MANY]
    except _TROUBLE:
        return []
    return [Sequence(tuple((Constant(piece),) for piece in pieces))]


def function(name: str, arguments: Several[Value]) -> Constant | None:
    """`bool(1)`, `len("ab")`, `chr(108)`."""
    given = [_plain(a) for a in arguments]
    if len(given) != 1 or _OPEN in given or name not in FUNCTIONS:
        return None
    return _made(FUNCTIONS[name], *given)


def sliced(text: object, bounds: Several[Value | None]) -> Constant | None:
    """`text[a:b:c]`; a bound that is not written is None."""
    given = [None if bound is None else _plain(bound) for bound in bounds]
    if not isinstance(text, str | bytes) or _OPEN in given:
        return None
    return _made(lambda: text[slice(*given)])


def part(items: Sequence, bounds: Several[Value | None]) -> Sequence:
    """`items[a:b:c]`; where the bounds cannot be told, each place may hold any item."""
    given = [None if bound is None else _plain(bound) for bound in bounds]
    try:
        return Sequence(items.items[slice(*given)])
    except _TROUBLE:
        anything = tuple(value for item in items.items for value in item)
        return Sequence((anything,) * len(items.items))


class _Open:
    """What cannot be told."""


_OPEN = _Open


def _plain(value: Value) -> Any:
    """The Python value behind a constant, or a container of constants."""
    if isinstance(value, Constant):
        return value.value if _short(value.value) else _OPEN
    if isinstance(value, Sequence) and len(value.items) <= _MANY:
        items = [_plain(item[0]) if len(item) == 1 else _OPEN for item in value.items]
        return _OPEN if _OPEN in items else tuple(items)
    if isinstance(value, Dictionary) and value.complete and all(i.sure for i in value.items):
        return {item.key: True for item in value.items}
    return _OPEN


def _short(value: object) -> bool:
    if isinstance(value, str | bytes):
        return len(value) <= _LONGEST
    return not isinstance(value, int) or abs(value) <= _LARGEST


def _made(function: Callable[..., Any] | None, *given: Any) -> Constant | None:
    try:
        made = function(*given) if function else None
    except _TROUBLE:
        return None
    return Constant(made) if made is not None and isinstance(made, str | bytes | int | bool) and _short(made) else None
