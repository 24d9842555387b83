"""What becomes of the value given to a call: the tables first, then the project's own functions."""

from __future__ import annotations

import ast
import itertools
from typing import TYPE_CHECKING

from bot.scan.evidence.follow import signs
from bot.scan.evidence.follow.binding import holds_modules, put_into
from bot.scan.evidence.follow.claims import asked_for_type, claimed_by_annotation, declared_as
from bot.scan.evidence.follow.entering import into_function
from bot.scan.evidence.follow.handlers import into_handler
from bot.scan.evidence.follow.kept import (
    attributes_of,
    is_context,
    keep_as_all,
    keep_in_context,
    keep_under,
)
from bot.scan.evidence.follow.libraries import into_library, is_known, out_of_a_list, takes_objects
from bot.scan.evidence.follow.making import constructor, into_constructor
from bot.scan.evidence.follow.members import by_operator, each_into, key_of, looked_up, one_of
from bot.scan.evidence.follow.own import own_method
from bot.scan.evidence.follow.records import into_record
from bot.scan.evidence.follow.running import handed_to, is_run
from bot.scan.evidence.follow.signs import Kind, Sign
from bot.scan.evidence.follow.spot import (
    CALLED,
    ENTERED,
    MOST_CALLS,
    Answer,
    Spot,
    enter,
    label_of,
    of_pairs,
    step_into,
)
from bot.scan.evidence.follow.state_calls import load_whole, take_state
from bot.scan.evidence.ground.callees import callee, decorated_by
from bot.scan.evidence.ground.imports import dotted
from bot.scan.evidence.ground.kin import left_to_subclasses
from bot.scan.evidence.ground.reach import reads_of_parameter
from bot.scan.evidence.ground.words import words_of
from bot.scan.names.arguments import word_of
from bot.scan.names.spelling import spelt

if TYPE_CHECKING:
    from bot.scan.project import Project


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
    | frozenset("load_state_dict update extend setdefault set next zip".split())
)


def read_argument(spot: Spot, call: ast.Call, place: int | str, project: Project) -> Answer:
    """`spot.node` is argument number `place`, or the keyword `place`, of `call`."""
    name = word_of(call.func)
    if spot.path and spot.path[-1] == CALLED and name in ("map", "imap", "imap_unordered", *_PASSES_ON):
        result = "«[*]" if name not in _PASSES_ON else CALLED
        yield spot._replace(node=call, path=(*spot.path[:-1], result))
        return
    if is_run(call, name, place):
        yield spot.says(Kind.OBJECT, f"is handed to {name} as a function")
        return
    handed = handed_to(spot, call, name, place) if spot.hops < MOST_CALLS else None
    if handed is not None:
        yield from into_function(*handed)
        return
    if name == "load_state_dict" and place in (0, "state_dict", 1):
        yield from load_whole(spot, call, project)
        return
    own = own_method(call, name, spot.module, project) if name in _KNOWN and spot.hops < MOST_CALLS else None
    if own is not None:  # `holder.set(value)` of the project, whatever others do who are called so
        yield from into_function(call.func, own, spot, place)
        return
    quick = _by_name(spot, call, name, place) or _onward(spot, call, name, place)
    if quick is not None:
        yield from quick
        return
    if signs.TAKES_STATE.search(name):
        taken = take_state(spot, call, name, place, project)
        if taken is not None:
            yield from taken
            return
    full = dotted(call.func, spot.module)
    if is_known(full, place):
        yield from into_library(spot, call, full, place=place)
    elif takes_objects(call, name, place, spot.module) and not _is_own(call, spot, project):
        yield out_of_a_list(spot).says(Kind.OBJECT, f"goes into {name}")
    else:
        yield from _project(spot, call, place, name, project)


def _is_own(call: ast.Call, spot: Spot, project: Project) -> bool:
    """A class of the project called as a library's is looked into."""
    return isinstance(call.func, ast.Name) and constructor(call, spot.module, project) is not None


def _by_name(spot: Spot, call: ast.Call, name: str, place: int | str) -> Answer | None:
    """What a name says wherever it comes from; None where it says nothing."""
    if name == "set" and isinstance(call.func, ast.Attribute) and is_context(call.func.value, spot.module):
        return keep_in_context(spot, call.func.value)
    if name in ("isinstance", "assertIsInstance", "callable"):
        return asked_for_type(spot, call)
    if name in ("closing", "aclosing"):
        return iter((spot.says(Kind.OBJECT, f"goes into {name}, which calls its close()"),))
    if name == "getattr" and place == 0 and len(call.args) > 1:
        return looked_up(spot, call.args[1])
    if name in ("setattr", "delattr") and place == 0 and isinstance(call.func, ast.Name):
        return iter((spot.says(Kind.OBJECT, f"is given to {name}"),))
    if name == "cast" and place == 1:
        return itertools.chain(claimed_by_annotation(spot, call.args[0]), (spot.at(call),))
    if name in signs.NEUTRAL_CALLS:
        return iter(())
    if name == "vars":
        return iter((spot.says(Kind.OBJECT, "vars()"),))
    if name in signs.NUMBER_CALLS:
        return iter((spot.says(Kind.PLAIN, f"{name}()"),))
    if name == "sorted" and place == 0 and (key := key_of(call)) is not None:
        return itertools.chain(each_into(spot, key, 0), (spot.at(call),))
    if name in signs.SAME_CALLS:
        return iter((_in_another(spot, call, name, place),))
    if name in signs.TENSOR_CALLS:
        return iter((spot.says(Kind.TENSOR, f"goes into {name}"),))
    return None


def _in_another(spot: Spot, call: ast.Call, name: str, place: int | str) -> Spot:
    """What `dict(value)`, `list(value)`, `dict(net=value)` make of it."""
    if name not in ("dict", "OrderedDict"):
        return spot.at(call)
    return spot.at(call, f"«[{place!r}]") if isinstance(place, str) else of_pairs(spot, call)


def _onward(spot: Spot, call: ast.Call, name: str, place: int | str) -> Answer | None:
    """Where a call of this name puts what it is given, whoever defines it."""
    if name in ("next", "heappop", "from_iterable") and place == 0:
        return one_of(spot, call)
    if name == "broadcast" and len(call.args) == 1 and not call.keywords:  # Spark's, which torch's never is
        return iter((spot.at(call, "«.value"),))
    if name == "gather" and isinstance(place, int):
        return iter((spot.at(call, "«[*]" if isinstance(call.args[place], ast.Starred) else f"«[{place}]"),))
    if name in ("setattr", "__setattr__") and place == 2:
        return keep_under(spot, call.args[0], words_of(call.args[1], spot.module), call)
    if name == "zip" and isinstance(place, int):
        part = step_into(spot, "each")
        return iter((part.at(call, f"«[{place}]", "«[*]"),) if part is not None else ())
    if name in ("max", "min", "sort") and place == 0 and (key := key_of(call)) is not None:
        return itertools.chain(each_into(spot, key, 0), one_of(spot, call))
    if name in ("nlargest", "nsmallest") and place == 1 and (key := key_of(call)) is not None:
        return itertools.chain(each_into(spot, key, 0), (spot.at(call),))
    if name == "reduce" and place == 2 and getattr(call.args[0], "id", "") == "getattr":
        return iter((spot.says(Kind.OBJECT, "is asked for its attributes"),))
    if name in _EACH and place == 1:
        return each_into(spot, call.args[0], 1 if name == "reduce" else 0)
    if isinstance(call.func, ast.Call):
        return by_operator(spot, call.func, call)
    return _into_container(spot, call, name, place)


def _into_container(spot: Spot, call: ast.Call, name: str, place: int | str) -> Answer | None:
    """Where a call of this name keeps what it is given."""
    if name in ("enter_context", "enter_async_context"):
        return enter(spot, call)
    if name == "nullcontext":
        return iter((spot.at(call, ENTERED),))
    if name == "heappush" and place == 1:
        return put_into(spot, call.args[0], "[*]")
    if isinstance(call.func, ast.Attribute) and name == "setdefault" and place == 1:
        return itertools.chain((spot.at(call),), put_into(spot, call.func.value, label_of(call.args[0], spot.module)))
    if name in ("add_module", "register_module") and place in (1, "module"):
        return iter((spot.says(Kind.OBJECT, f"goes into {name}"),))
    if isinstance(call.func, ast.Attribute) and name in _PUTS:
        if holds_modules(call.func.value, spot.module):
            return iter((spot.says(Kind.OBJECT, "is put into an nn.ModuleList"),))
        return put_into(spot, call.func.value, "[*]")
    if isinstance(call.func, ast.Attribute) and name in ("update", "extend"):
        return _merged(spot, call.func.value)
    return None


def _merged(spot: Spot, container: ast.expr) -> Answer:
    yield spot.says(Kind.DICT, "is merged into another")
    yield from claimed_by_annotation(spot, declared_as(container, spot.module))
    owner, step = attributes_of(container), spot.path[-1] if spot.path else ""
    if owner is not None and step.startswith("«["):  # `self.__dict__.update({name: value})`
        names = [step[3:-2]] if step[2:3] == "'" else []
        yield from keep_under(spot._replace(path=spot.path[:-1]), owner, names, spot.node)
        return
    if owner is not None:  # `self.__dict__.update(value)`
        yield from keep_as_all(spot, owner, spot.node)
        return
    yield from put_into(spot._replace(path=(*spot.path, "value")), container, "")


def _project(spot: Spot, call: ast.Call, place: int | str, name: str, project: Project) -> Answer:
    found = callee(call, spot.module, project) if spot.hops < MOST_CALLS else None
    found = found or decorated_by(call.func, spot.module)
    yield from into_handler(spot, call.args)
    if found is None and isinstance(call.func, ast.Lambda) and isinstance(place, int):
        for parameter in call.func.args.args[place : place + 1]:
            yield from (spot.at(read) for read in reads_of_parameter(parameter.arg, call.func, spot.module))
    elif found is None and name in _TRAINER_RUNS and place in (0, "model") and _is_trainer(call.func):
        yield spot.says(Kind.OBJECT, f"goes into Trainer.{name}")
    elif found is None:
        made: list[Sign | Spot] = list(into_constructor(spot, call, place, project)) if spot.hops < MOST_CALLS else []
        made = made or list(into_record(spot, call, place, project))
        others = left_to_subclasses(call, spot.module, project) if spot.hops < MOST_CALLS else ()
        made = made or [each for other in others for each in into_function(call.func, other, spot, place)]
        yield from made
        if not made:
            yield spot.says(Kind.ESCAPES, f"goes into {name or 'a call'}")
    else:
        yield from into_function(call.func, found, spot, place)


def _is_trainer(function: ast.expr) -> bool:
    return isinstance(function, ast.Attribute) and "trainer" in spelt(function.value).lower()
