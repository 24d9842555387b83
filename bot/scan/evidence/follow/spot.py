"""An expression that holds the loaded value or a part of it, and steps from one part to another."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from typing import NamedTuple

from bot.scan.evidence.follow.signs import Kind, Path, Sign
from bot.scan.evidence.ground.words import words_of
from bot.scan.names.module import Definition, Module
from bot.scan.names.spelling import spelt

CALLED = "«()"
"""The step to what a partial of torch.load gives where it is called."""

ENTERED = "«with"
"""The step to what a context manager gives where it is entered."""

MOST_CALLS = 4
"""How many function borders a value is followed across."""


_CONSTANT = re.compile(r"\[_*[A-Z][A-Z\d_]*\]|\[[\w.]+\.(?:value|name)\]")
"""A key that is a constant's name: `held[ARGS_KEY]`."""
_PUT_UNDER = re.compile(r"«\['(\w+)'\]")


class Entry(NamedTuple):
    """The call by which a value came into a function, and so the one to which the function gives it back."""

    function: Definition
    call: ast.Call
    module: Module
    hops: int


class Spot(NamedTuple):
    """An expression that holds the loaded value, or the part of it `path` names. `hops` counts function borders.

    A tuple, since following one value can make thousands.
    """

    node: ast.expr
    module: Module
    path: Path = ()
    hops: int = 0
    entries: tuple[Entry, ...] = ()

    def at(self, node: ast.expr, *path: str) -> Spot:
        return Spot(node, self.module, self.path + path, self.hops, self.entries)

    def entered(self, called: ast.expr, function: Definition) -> tuple[Entry, ...]:
        """The way back from `function`, which `called` stands for; none where something else calls it."""
        call = self.module.parent(called)
        if not isinstance(call, ast.Call) or call.func is not called:
            return ()
        return (*self.entries, Entry(function, call, self.module, self.hops))

    def says(self, kind: Kind, detail: str) -> Sign:
        return Sign(kind, self.path, self.module.path, self.node.lineno, detail)


Answer = Iterator[Sign | Spot]


def step_into(spot: Spot, step: str) -> Spot | None:
    """One step deeper; taking something out of a container it was put into leads back. None: another element."""
    last = spot.path[-1] if spot.path else ""
    if last.startswith("«"):
        label = last[1:]
        if step == label or _may_be(step, label) or step in ("each", "value") or label == "[*]":
            return spot._replace(path=spot.path[:-1])
        return None
    if last == "items":
        if step == "each":
            return spot._replace(path=(*spot.path[:-1], "item"))
        return None
    if last == "item" and step == "[0]":
        return spot._replace(path=(*spot.path[:-1], "key"))
    if last in ("item", "values"):
        return step_into(spot._replace(path=spot.path[:-1]), "value")
    return spot._replace(path=(*spot.path, step))


def key_put_under(spot: Spot) -> str:
    """A container's key under which the value was put, which may be made a parameter's name; empty where it was not."""
    found = _PUT_UNDER.fullmatch(spot.path[-1]) if spot.path else None
    return found[1] if found else ""


def _may_be(one: str, other: str) -> bool:
    """Whether two different keys may be the same: one is not known, or one is a constant and the other written out."""
    constants = [_CONSTANT.fullmatch(key) is not None for key in (one, other)]
    return "?" in (one[1:-1], other[1:-1]) or constants.count(True) == 1


def keyed(spot: Spot, node: ast.expr) -> Spot:
    """The dict `node` makes of it under new keys: what was the values of one dict is that dict again."""
    if spot.path and spot.path[-1] in ("value", "each"):
        return spot._replace(node=node, path=spot.path[:-1])
    return spot.at(node, "«[*]")


def of_pairs(spot: Spot, call: ast.expr) -> Spot:
    """`dict([(key, value), ...])`: the second of each pair, under the first; anything else is as it was."""
    if spot.path[-2:] == ("«[1]", "«[*]"):
        return keyed(spot._replace(path=spot.path[:-2]), call)
    return spot.at(call)


def label_of(index: ast.expr, module: Module) -> str:
    if isinstance(index, ast.Constant):
        return f"[{index.value!r}]"
    if isinstance(index, ast.Name) and index.id.isupper() and len(words := words_of(index, module)) == 1:
        return f"[{words[0]!r}]"
    if isinstance(index, ast.Attribute) and index.attr in ("value", "name"):  # of a member of an Enum
        words = words_of(index, module)
        return f"[{words[0]!r}]" if len(words) == 1 else f"[{spelt(index)}]"
    if isinstance(index, ast.Attribute) or (isinstance(index, ast.Name) and index.id.isupper()):
        return f"[{spelt(index)}]"
    return "[?]"


def enter(spot: Spot, manager: ast.expr) -> Answer:
    """`with manager as name`, `stack.enter_context(manager)`: what a context manager of the project gives; anything
    else that can be entered is an object.
    """
    if spot.path and spot.path[-1] == ENTERED:
        yield spot._replace(node=manager, path=spot.path[:-1])
    else:
        yield spot.says(Kind.OBJECT, "is entered by `with`")
