"""Calls that run a function for their caller: `pool.submit(load, path)`, `partial(infer, net)`, `Depends(load)`.

What they are given besides goes to the function, and what it returns comes out of them in their own way.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Sequence

from bot.scan.evidence.follow.spot import CALLED, Spot
from bot.scan.evidence.ground.callees import Found
from bot.scan.evidence.ground.callers import calling_modules
from bot.scan.evidence.ground.reach import reads_of
from bot.scan.names.arguments import word_of
from bot.scan.names.evaluate import evaluate
from bot.scan.names.module import Definition, Module
from bot.scan.names.values import Function
from bot.scan.project import Project

Result = tuple[ast.Call, Module, tuple[str, ...]]

_RUNS: dict[str, tuple[int | str, int]] = {
    **dict.fromkeys(("map", "filter", "starmap", "reduce", "submit", "functional_call"), (0, 2)),
    **dict.fromkeys(("partial", "to_thread", "vmap", "call_soon"), (0, 1)),
    "run_in_executor": (1, 2),
    "Thread": ("target", 0),
    "Process": ("target", 0),
    "sorted": ("key", 1),
}
"""Calls that run what they are given: at which place, and with how many positional arguments at least."""

_HANDS_ON = {
    **dict.fromkeys(("partial", "partialmethod", "to_thread", "submit", "call_soon", "spawn"), 0),
    **dict.fromkeys(("apply", "apply_async", "start_new_thread", "starmap", "starmap_async"), 0),
    **dict.fromkeys(("Thread", "Process", "Timer"), -1),
    "run_in_executor": 1,
}
"""At which place the function stands that gets the other arguments; -1: it is named `target`."""

_IN_TUPLES = frozenset(("starmap", "starmap_async"))
"""These take a list of such tuples."""

_IN_A_TUPLE = _IN_TUPLES | frozenset("Thread Process Timer apply apply_async spawn start_new_thread".split())
"""These take the function's arguments as `args=(...)`, or as the tuple behind it."""

_PLACE = re.compile(r"\[(?:(?P<at>\d+)|'(?P<name>\w+)')\]")

_GIVES: dict[str, tuple[str, ...]] = {
    **dict.fromkeys(("to_thread", "run_in_executor", "apply", "Depends"), ()),
    **dict.fromkeys(("map", "imap", "imap_unordered", "starmap"), ("«[*]",)),
    "submit": (CALLED, "«.result"),
    "apply_async": (CALLED, "«.get"),
    "map_async": ("«[*]", CALLED, "«.get"),
    "partial": (CALLED,),
    "lru_cache": (CALLED,),
    "cache": (CALLED,),
    "delayed": (CALLED,),
}
"""How a call gives what the function returns that it runs."""


def is_run(call: ast.Call, name: str, place: int | str) -> bool:
    """Whether the argument at `place` is what a call of this name runs."""
    at, least = _RUNS.get(name, (-1, 0))
    return at == place and len(call.args) >= least


def steps_out(call: ast.Call, function: ast.expr) -> tuple[str, ...] | None:
    """The steps from what `call` gives to what the function returns that it runs; None where it does not run it."""
    name = word_of(call.func.func if isinstance(call.func, ast.Call) else call.func)  # `lru_cache()(load)`
    return _GIVES.get(name) if function in call.args else None


def handed_to(
    spot: Spot, call: ast.Call, name: str, place: int | str
) -> tuple[ast.expr, Found, Spot, int | str] | None:
    """The function that `call` hands the value of `spot` to, with the expression for it, and at which place there."""
    at = _HANDS_ON.get(name)
    if at is None:
        return None
    target = next((k.value for k in call.keywords if k.arg in ("target", "func", "function")), None)
    if target is None:
        at = max(at, 0)
        target = call.args[at] if at < len(call.args) else None
    if target is None or target is spot.node:
        return None
    found = [v for v in evaluate(target, spot.module) if isinstance(v, Function)]
    taker = found[0].node if len(found) == 1 else None
    if taker is None or isinstance(taker, ast.Lambda):
        return None
    if name not in _IN_A_TUPLE:
        return target, (taker, found[0].module), spot, place if isinstance(place, str) else place - at - 1
    if name in _IN_TUPLES and spot.path[-1:] == ("«[*]",):
        spot = spot._replace(path=spot.path[:-1])
    label = spot.path[-1][1:] if spot.path and place in ("args", "kwargs", at + 1) else ""
    there = _PLACE.fullmatch(label)
    if there is None:
        return None
    inside = spot._replace(path=spot.path[:-1])
    first = 1 if name == "spawn" else 0  # torch.multiprocessing gives the number of the process first
    return target, (taker, found[0].module), inside, int(there["at"]) + first if there["at"] else there["name"]


def results_of(function: Definition, module: Module, project: Project) -> Iterator[Result]:
    """The calls that run `function` for somebody, and the steps from what they give to what it returns."""
    for home, names in calling_modules(function, module, project):
        named: list[ast.expr] = [read for name in names for read in home.names(name)]
        for use in (*named, *home.attributes(function.name)):
            parent = home.parent(use)
            if isinstance(parent, ast.Assign) and parent.value is use:  # `load = _load`
                yield from ((call, home, ()) for call in calls_by(parent.targets, home))
            call = home.parent(parent) if isinstance(parent, ast.keyword | ast.Attribute) else parent
            if not isinstance(call, ast.Call) or call.func is use:
                continue
            if isinstance(parent, ast.Attribute):
                if parent.attr == "remote" and call.func is parent:  # of a function of Ray
                    yield call, home, ()
                continue
            name = word_of(call.func)
            if name in _GIVES:
                yield call, home, _GIVES[name]


def calls_by(targets: Sequence[ast.expr], module: Module) -> Iterator[ast.Call]:
    """The calls of a function by the names that it is assigned to."""
    for target in targets:
        for read in reads_of(target, module) if isinstance(target, ast.Name) else ():
            call = module.parent(read)
            if isinstance(call, ast.Call) and call.func is read:
                yield call
