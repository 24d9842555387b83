"""The partials of torch.load that a module makes, and what the calls through each of them say, here and in other files.

A partial is reported where it is made, unless every call through it says True.
"""

from __future__ import annotations

import ast
from collections.abc import Collection, Iterable, Iterator

from bot.model import WeightsOnly
from bot.scan.names.module import Module
from bot.scan.names.values import Partial, Value
from bot.scan.sites.elsewhere import said_elsewhere
from bot.scan.sites.holding import through_partial
from bot.scan.sites.saying import Saying, read_call, read_partial


class Partials:
    """Filled while a module is searched; `used` are the words of it that other files use."""

    def __init__(self, module: Module, used: Collection[str]) -> None:
        self.module, self.used = module, frozenset(used)
        self.made: dict[ast.Call, Partial] = {}
        self._through: dict[ast.Call, list[Saying]] = {}

    def note(self, values: Iterable[Value], call: ast.Call) -> bool:
        """Whether `call` makes one, as `values` say of it: then it is kept."""
        found = next((v for v in values if isinstance(v, Partial) and v.call is call and through_partial(v)), None)
        if found is not None:
            self.made[call] = found
        return found is not None

    def called(self, call: ast.Call, values: Iterable[Value]) -> Saying | None:
        """A call through one; what it says where it says something of its own that is not True."""
        own = None
        for value in values:
            if isinstance(value, Partial) and through_partial(value):
                said = read_call(call.args, call.keywords, self.module, under=read_partial(value))
                self._through.setdefault(value.call, []).append(said)
                if _says_something(call) and said.sum is not WeightsOnly.TRUE:
                    own = said
        return own

    def unsafe(self, words: dict[ast.Call, list[str]]) -> Iterator[tuple[ast.Call, Saying, Partial]]:
        """Those to be reported, with what they say; `words` are the names under which each is kept.

        A partial of a partial is a call through the inner one, which is where both are mended; by itself it is
        reported only for what it says itself.
        """
        for call, partial in sorted(self.made.items(), key=lambda found: -_depth_of(found[1])):  # outer ones first
            said, inner = read_partial(partial), partial.function
            known = self.used.intersection(words.get(call, ()))
            afar = said_elsewhere(known, self.module, partial.__eq__, under=said)
            calls = [*self._through.get(call, ()), *afar]
            if isinstance(inner, Partial):
                self._through.setdefault(inner.call, []).extend(calls or [said])
            if calls and all(s.sum is WeightsOnly.TRUE for s in calls):
                continue
            if _says_something(call) or not isinstance(inner, Partial) or inner.call not in self.made:
                yield call, said, partial


def _says_something(call: ast.Call) -> bool:
    return any(k.arg in ("weights_only", None) for k in call.keywords)


def _depth_of(partial: Partial) -> int:
    """How many partials a partial is made of."""
    inner, depth = partial.function, 1
    while isinstance(inner, Partial):
        inner, depth = inner.function, depth + 1
    return depth
