"""`match loaded: case ...`: what a pattern takes apart, and the names it gives to the whole and to parts."""

from __future__ import annotations

import ast

from bot.scan.evidence.follow.claims import claimed_by_name
from bot.scan.evidence.follow.signs import Kind
from bot.scan.evidence.follow.spot import Answer, Spot, label_of, step_into
from bot.scan.evidence.ground.reach import reads_of_capture


def read_match(spot: Spot, match: ast.Match) -> Answer:
    """`spot.node` is what is matched."""
    for case in match.cases:
        yield from _read(spot, case.pattern)


def _read(spot: Spot, pattern: ast.pattern) -> Answer:
    if isinstance(pattern, ast.MatchAs):
        if pattern.pattern is not None:
            yield from _read(spot, pattern.pattern)
        yield from _capture(spot, pattern, pattern.name)
    elif isinstance(pattern, ast.MatchOr):
        for each in pattern.patterns:
            yield from _read(spot, each)
    elif isinstance(pattern, ast.MatchSequence):
        for index, each in enumerate(pattern.patterns):
            yield from _step(spot, f"[{index}]", each)
    elif isinstance(pattern, ast.MatchMapping):
        yield spot.says(Kind.DICT, "is matched as a dict")
        for key, each in zip(pattern.keys, pattern.patterns, strict=True):
            yield from _step(spot, label_of(key, spot.module), each)
        yield from _capture(spot, pattern, pattern.rest)
    elif isinstance(pattern, ast.MatchClass):
        for attribute in pattern.kwd_attrs:
            yield spot.says(Kind.OBJECT, f"is matched by .{attribute}")


def _step(spot: Spot, step: str, pattern: ast.pattern) -> Answer:
    part = spot if isinstance(pattern, ast.MatchStar) else step_into(spot, step)
    if isinstance(pattern, ast.MatchStar):
        yield from _capture(spot, pattern, pattern.name)
    elif part is not None:
        yield from _read(part, pattern)


def _capture(spot: Spot, pattern: ast.pattern, name: str | None) -> Answer:
    if name is not None:
        yield from claimed_by_name(spot, name)
        for read in reads_of_capture(name, pattern, spot.module):
            yield spot.at(read)
