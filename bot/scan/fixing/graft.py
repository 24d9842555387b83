"""A parsed file as it is after a fix, for as long as somebody looks: a second scan without a second parse."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping
from contextlib import contextmanager

from bot.scan.names.module import Module


@contextmanager
def grafted(module: Module, become: Mapping[ast.Call, ast.Call]) -> Iterator[None]:
    """Each call of `module` has the keywords of what it has become, and nothing worked out before is remembered.

    The calls must be proved to differ by keywords alone (see `prove`): then this is the new file's tree, but for the
    positions behind what was written. Afterwards everything is as it was.
    """
    before, cache = {call: call.keywords for call in become}, module.cache
    after = {call: _keywords(call, new) for call, new in become.items()}
    fresh = [(call, word) for call, words in after.items() for word in words if word not in before[call]]
    try:
        module.cache = {}
        for call, keywords in after.items():
            call.keywords = keywords
        for call, word in fresh:
            module.adopt(word, call)
            module.adopt(word.value, word)
        yield
    finally:
        module.cache = cache
        for call, keywords in before.items():
            call.keywords = keywords
        for _, word in fresh:
            module.drop(word)
            module.drop(word.value)


def _keywords(old: ast.Call, new: ast.Call) -> list[ast.keyword]:
    """Those of `new` that say True, the others as they stand in the old tree, in the order of `new`."""
    written = {word.arg for word in new.keywords if isinstance(word.value, ast.Constant) and word.value.value is True}
    kept = iter([word for word in old.keywords if word.arg not in written])
    return [word if word.arg in written else next(kept) for word in new.keywords]
