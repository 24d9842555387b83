"""Follow a loaded value: each expression it flows through, and what its consumers say of it.

A small abstract interpretation. A `Spot` is an expression that holds the value or a part of it; its parent in
the tree either passes it on (new spots) or says something (signs): see `parents.py`.
"""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING

from bot.scan.evidence.follow.asked import is_asked_first
from bot.scan.evidence.follow.parents import PARENTS
from bot.scan.evidence.follow.signs import Kind, Sign
from bot.scan.evidence.follow.spot import Answer, Spot

if TYPE_CHECKING:
    from bot.scan.project import Project

MOST_SPOTS = 160
"""Enough for every site of the repositories tried; a bound on hostile or generated code."""

MOST_ENDS = 600
"""The same for those from which nothing is reached, such as the reads of other keys of a dict that a class shares, and
for those that were reached before by another call.
"""


def trace(start: Spot, project: Project) -> tuple[Sign, ...]:
    """Every sign of what `start` holds, in the order found. Bounded; what is cut off says ESCAPES."""
    waiting, known, found = deque([start]), {_mark(start)}, list[Sign]()
    places, ends = set[tuple[int, tuple[str, ...]]](), 0
    while waiting:
        spot = waiting.popleft()
        if len(places) >= MOST_SPOTS or ends >= MOST_ENDS or len(spot.path) > 8:
            found.append(spot.says(Kind.ESCAPES, "followed no further"))
            continue
        answers = list(consume(spot, project))
        place = (id(spot.node), spot.path)
        ends += 1 if place in places or not answers else 0
        if answers:
            places.add(place)
        for answer in answers:
            if not isinstance(answer, Spot):
                found.append(_weighed(answer, spot))
            elif (mark := _mark(answer)) not in known:
                known.add(mark)
                waiting.append(answer)
    return tuple(dict.fromkeys(found))


def _weighed(sign: Sign, spot: Spot) -> Sign:
    """What is said of a container or a function that the value was put into is not said of the value. What a part, or
    the value in another function, is used as where it was first asked for its type, it may be or not.
    """
    if sign.kind is Kind.OBJECT and sign.path and sign.path[-1].startswith("«"):
        return sign._replace(kind=Kind.ESCAPES)
    doubtful = sign.kind is Kind.TENSOR and (spot.path or spot.hops) and is_asked_first(spot.node, spot.module)
    return sign._replace(kind=Kind.CLAIM) if doubtful else sign


def _mark(spot: Spot) -> tuple[int, tuple[str, ...], tuple[int, ...]]:
    return id(spot.node), spot.path, tuple(id(entry.call) for entry in spot.entries)


def consume(spot: Spot, project: Project) -> Answer:
    """What the parent of one expression does with it."""
    parent = spot.module.parent(spot.node)
    handler = PARENTS.get(parent.__class__)
    if handler is not None:
        yield from handler(spot, parent, project)
