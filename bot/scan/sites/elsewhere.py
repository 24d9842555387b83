"""What calls in other files say to what a module keeps for them."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterable, Iterator

from bot.model import WeightsOnly
from bot.scan.names.evaluate import evaluate
from bot.scan.names.given import uses_of_word
from bot.scan.names.module import Module
from bot.scan.names.values import Value
from bot.scan.sites.saying import Saying, read_call

_MOST_FILES = 20
_NOTHING = Saying((WeightsOnly.ABSENT,))


def said_elsewhere(
    words: Iterable[str], module: Module, holds: Callable[[Value], bool], *, under: Saying | None = None
) -> Iterator[Saying]:
    """What each call by one of the words says in other files, where the word stands for what `holds` says; under
    another name given on import calls are not looked for, and what is not called at once may say nothing. Nor is a word
    that stands in many files.
    """
    for word in words:
        for other in _others_with(word, module):
            if any(a.name == word and a.asname for s in other.of(ast.ImportFrom) for a in s.names):
                yield _NOTHING
            for use in uses_of_word(word, other):
                call = other.parent(use)
                if not any(map(holds, evaluate(use, other))):
                    continue
                called = isinstance(call, ast.Call) and call.func is use
                yield read_call(call.args, call.keywords, other, under=under) if called else _NOTHING  # type: ignore[union-attr]


def _others_with(word: str, module: Module) -> Iterator[Module]:
    project = module.project
    paths = project.holders(word.encode(), most=_MOST_FILES) if project is not None else None
    for path in paths or ():
        other = project.module(path) if project is not None and path != module.path else None
        if isinstance(other, Module):
            yield other
