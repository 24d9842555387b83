"""What becomes of the value given to a call: the tables first, then the project's own functions."""

from __future__ import annotations

import ast
import itertools
import re
from typing import TYPE_CHECKING

from bot.scan.evidence import signs
from bot.scan.evidence.attributes import kind_of_word
from bot.scan.evidence.binding import claimed_by_annotation, keep, put_into
from bot.scan.evidence.callers import Found, callee, decorated_by
from bot.scan.evidence.elsewhere import into_constructor
from bot.scan.evidence.imports import dotted
from bot.scan.evidence.libraries import into_library, is_known
from bot.scan.evidence.reach import reads_of_parameter
from bot.scan.evidence.records import into_record
from bot.scan.evidence.signs import Kind, Sign
from bot.scan.evidence.spot import CALLED, MOST_CALLS, Answer, Spot, label_of, step_into
from bot.scan.names.evaluate import evaluate
from bot.scan.names.module import Definition, Module
from bot.scan.names.values import Function, Unknown

if TYPE_CHECKING:
    from bot.scan.project import Project


_RUNS: dict[str, tuple[int | str, int]] = {
    **dict.fromkeys(("map", "filter", "starmap", "reduce", "submit", "functional_call"), (0, 2)),
    **dict.fromkeys(("partial", "to_thread", "vmap", "call_soon"), (0, 1)),
    "run_in_executor": (1, 2),
    "Thread": ("target", 0),
    "Process": ("target", 0),
    "sorted": ("key", 1),
}
"""Calls that run what they are given: at which place, and with how many positional arguments at least."""

_PASSES_ON = ("staticmethod", "partial", "lru_cache", "cache", "delayed", "wraps")
_TRAINER_RUNS = frozenset("fit validate test predict".split())
_EACH = frozenset("map filter imap imap_unordered reduce".split())
_PUTS = frozenset("append add appendleft insert put put_nowait".split())
_KNOWN = (
    signs.NEUTRAL_CALLS
    | signs.SAME_CALLS
    | signs.NUMBER_CALLS
    | (signs.TENSOR_CALLS - {"forward"})
    | _PUTS
    | frozenset("update extend setdefault set next zip".split())
)

_UNWRAPS = re.compile(r"unwrap|extract|strip|clean|normali[sz]e", re.I)
"""`unwrap_state_dict(loaded)` looks for a section first, and so is looked into."""


def read_argument(spot: Spot, call: ast.Call, place: int | str, project: Project) -> Answer:
    """`spot.node` is argument number `place`, or the keyword `place`, of `call`."""
    name = _last_name(call.func)
    if spot.path and spot.path[-1] == CALLED and name in ("map", "imap", "imap_unordered", *_PASSES_ON):
        result = "«[*]" if name not in _PASSES_ON else CALLED
        yield spot._replace(node=call, path=(*spot.path[:-1], result))
        return
    if _is_run(call, name, place):
        yield spot.says(Kind.OBJECT, f"is handed to {name} as a function")
        return
    if name == "load_state_dict" and place in (0, "state_dict", 1):
        yield spot.says(Kind.LOADED, "goes into load_state_dict")
        return
    own = _own_function(call, name, spot) if spot.hops < MOST_CALLS else None
    if own is not None:  # `holder.set(value)` of the project, whatever others do who are called so
        yield from _into(spot, call, place, own)
        return
    quick = _by_name(spot, call, name, place) or _onward(spot, call, name, place)
    if quick is not None:
        yield from quick
        return
    if signs.TAKES_STATE.search(name):
        yield spot.says(Kind.CLAIM, f"goes into {name}")
        if not _UNWRAPS.search(name) or callee(call, spot.module, project) is None:
            yield spot.at(call)
            return
    full = dotted(call.func, spot.module)
    if is_known(full, place):
        yield from into_library(spot, call, full)
    else:
        yield from _project(spot, call, place, name, project)


def _own_function(call: ast.Call, name: str, spot: Spot) -> Found | None:
    """The project's own method where its name is one that the tables know, by the class of what it is called on."""
    if name not in _KNOWN or not isinstance(call.func, ast.Attribute):
        return None
    found = [v for v in evaluate(call.func, spot.module) if isinstance(v, Function)]
    node = found[0].node if len(found) == 1 else None
    return (node, found[0].module) if node is not None and not isinstance(node, ast.Lambda) else None


def _is_run(call: ast.Call, name: str, place: int | str) -> bool:
    at, least = _RUNS.get(name, (-1, 0))
    return at == place and len(call.args) >= least


def _by_name(spot: Spot, call: ast.Call, name: str, place: int | str) -> Answer | None:
    """What a name says wherever it comes from; None where it says nothing."""
    if name == "isinstance":
        return _asked_for_type(spot, call)
    if name == "getattr" and place == 0 and len(call.args) > 1 and isinstance(call.args[1], ast.Constant):
        word = str(call.args[1].value)
        return iter((spot.says(kind_of_word(word) or Kind.OBJECT, f".{word}"),))
    if name in signs.NEUTRAL_CALLS:
        return iter(())
    if name == "vars":
        return iter((spot.says(Kind.OBJECT, "vars()"),))
    if name in signs.NUMBER_CALLS:
        return iter((spot.says(Kind.PLAIN, f"{name}()"),))
    if name in signs.SAME_CALLS or (name == "cast" and place == 1):
        return iter((spot.at(call),))
    if name in signs.TENSOR_CALLS:
        return iter((spot.says(Kind.TENSOR, f"goes into {name}"),))
    return None


def _onward(spot: Spot, call: ast.Call, name: str, place: int | str) -> Answer | None:
    """Where a call of this name puts what it is given, whoever defines it."""
    if name in ("next", "heappop") and place == 0:
        part = step_into(spot, "each")
        return iter((part._replace(node=call),) if part is not None else ())
    if name == "heappush" and place == 1:
        return put_into(spot, call.args[0], "[*]")
    if name == "setattr" and place == 2 and isinstance(call.args[1], ast.Constant):
        return keep(spot, call.args[0], str(call.args[1].value), call)
    if name == "zip" and isinstance(place, int):
        part = step_into(spot, "each")
        return iter((part.at(call, f"«[{place}]", "«[*]"),) if part is not None else ())
    if name in _EACH and place == 1:
        return _each_into(spot, call.args[0], 1 if name == "reduce" else 0)
    key = next((k.value for k in call.keywords if k.arg == "key"), None)
    if name in ("sorted", "max", "min", "sort") and place == 0 and key is not None:
        return itertools.chain(_each_into(spot, key, 0), (spot.at(call),) if name == "sorted" else ())
    if isinstance(call.func, ast.Call):
        return _by_operator(spot, call.func)
    if isinstance(call.func, ast.Attribute) and name == "setdefault" and place == 1:
        return itertools.chain((spot.at(call),), put_into(spot, call.func.value, label_of(call.args[0], spot.module)))
    if name in ("add_module", "register_module") and place == 1:
        return iter((spot.says(Kind.OBJECT, f"goes into {name}"),))
    if isinstance(call.func, ast.Attribute) and name in _PUTS:
        if _holds_modules(call.func.value, spot.module):
            return iter((spot.says(Kind.OBJECT, "is put into an nn.ModuleList"),))
        return put_into(spot, call.func.value, "[*]")
    if isinstance(call.func, ast.Attribute) and name in ("update", "extend"):
        return _merged(spot, call.func.value)
    return None


def _holds_modules(container: ast.expr, module: Module) -> bool:
    """The evaluator names the class of what it does not know."""
    made = (v.reason for v in evaluate(container, module) if isinstance(v, Unknown))
    return any(reason in ("torch.nn.ModuleList", "torch.nn.Sequential", "torch.nn.ModuleDict") for reason in made)


def _each_into(spot: Spot, taker: ast.expr, index: int) -> Answer:
    """`map(lambda each: ..., held)`, `map(prepare, held)`: parameter number `index` is one after the other."""
    part = step_into(spot, "each")
    functions = [v for v in evaluate(taker, spot.module) if isinstance(v, Function)]
    for function in functions if part is not None else ():
        for parameter in function.node.args.args[index : index + 1]:
            for read in reads_of_parameter(parameter.arg, function.node, function.module):
                yield Spot(read, function.module, part.path if part is not None else (), spot.hops + 1)


def _by_operator(spot: Spot, maker: ast.Call) -> Answer:
    """`operator.methodcaller("eval")(value)`, `attrgetter("module")(value)`."""
    word = maker.args[0] if maker.args else None
    if _last_name(maker.func) in ("methodcaller", "attrgetter") and isinstance(word, ast.Constant):
        name = str(word.value)
        yield spot.says(kind_of_word(name) or Kind.OBJECT, f".{name}")
    else:
        yield spot.says(Kind.ESCAPES, "goes into a call")


def _merged(spot: Spot, container: ast.expr) -> Answer:
    yield spot.says(Kind.DICT, "is merged into another")
    yield from put_into(spot._replace(path=(*spot.path, "value")), container, "")


def _asked_for_type(spot: Spot, call: ast.Call) -> Answer:
    kinds = ast.unparse(call.args[1]) if len(call.args) > 1 else ""
    if "Module" in kinds:
        asserted = isinstance(spot.module.parent(call), ast.Assert)
        yield (
            spot.says(Kind.OBJECT, "is asserted to be a module")
            if asserted
            else spot.says(Kind.ESCAPES, "may be a module, as its reader allows")
        )
    elif "Tensor" in kinds:
        yield spot.says(Kind.CLAIM, "is asked whether it is a tensor")
    elif "dict" in kinds.lower() or "Mapping" in kinds:
        yield spot.says(Kind.DICT, "is asked whether it is a dict")


def _project(spot: Spot, call: ast.Call, place: int | str, name: str, project: Project) -> Answer:
    found = callee(call, spot.module, project) if spot.hops < MOST_CALLS else None
    found = found or decorated_by(call.func, spot.module)
    if found is None and isinstance(call.func, ast.Lambda) and isinstance(place, int):
        for parameter in call.func.args.args[place : place + 1]:
            yield from (spot.at(read) for read in reads_of_parameter(parameter.arg, call.func, spot.module))
    elif found is None and name in _TRAINER_RUNS and place in (0, "model") and _is_trainer(call.func):
        yield spot.says(Kind.OBJECT, f"goes into Trainer.{name}")
    elif found is None:
        made: list[Sign | Spot] = list(into_constructor(spot, call, place, project)) if spot.hops < MOST_CALLS else []
        made = made or list(into_record(spot, call, place, project))
        yield from made
        if not made:
            yield spot.says(Kind.ESCAPES, f"goes into {name or 'a call'}")
    else:
        yield from _into(spot, call, place, found)


def _is_trainer(function: ast.expr) -> bool:
    return isinstance(function, ast.Attribute) and "trainer" in ast.unparse(function.value).lower()


def _into(spot: Spot, call: ast.Call, place: int | str, found: Found) -> Answer:
    """To where a function of the project reads what it is given."""
    function, module = found
    bound = isinstance(module.parent(function), ast.ClassDef) and not _static(function)
    parameter = _parameter(function, place, bound=bound and isinstance(call.func, ast.Attribute))
    if parameter is None:
        yield from _into_rest(spot, function, module, place=place)
        return
    yield from claimed_by_annotation(spot, parameter.annotation)
    for read in reads_of_parameter(parameter.arg, function, module):
        yield Spot(read, module, spot.path, spot.hops + 1)


def _into_rest(spot: Spot, function: Definition, module: Module, *, place: int | str) -> Answer:
    """`*nets` and `**nets` take what no parameter does."""
    rest = function.args.kwarg if isinstance(place, str) else function.args.vararg
    if rest is None:
        yield spot.says(Kind.ESCAPES, f"goes into {function.name}")
        return
    step = f"«[{place!r}]" if isinstance(place, str) else "«[*]"
    for read in reads_of_parameter(rest.arg, function, module):
        yield Spot(read, module, (*spot.path, step), spot.hops + 1)


def _static(function: Definition) -> bool:
    return any(ast.unparse(d) == "staticmethod" for d in function.decorator_list)


def _parameter(function: Definition, place: int | str, *, bound: bool) -> ast.arg | None:
    arguments = function.args
    positional = [*arguments.posonlyargs, *arguments.args]
    if isinstance(place, str):
        return next((a for a in [*positional, *arguments.kwonlyargs] if a.arg == place), None)
    place += 1 if bound else 0
    return positional[place] if place < len(positional) else None


def _last_name(function: ast.expr) -> str:
    if isinstance(function, ast.Attribute):
        return function.attr
    return function.id if isinstance(function, ast.Name) else ""
