"""A value kept as an attribute, by its name or by one that is made at run time, and where it is read from there."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator, Sequence

from bot.scan.evidence.follow.claims import makes_object
from bot.scan.evidence.follow.elsewhere import is_instance, is_of, reads_by_kin, reads_of_module, set_by_property
from bot.scan.evidence.follow.protocols import PLAIN_BASES
from bot.scan.evidence.follow.signs import Kind
from bot.scan.evidence.follow.spot import MOST_CALLS, Answer, Spot, label_of, step_into
from bot.scan.evidence.ground.behind import bound_in, kept_as, project_classes, values_of
from bot.scan.evidence.ground.classes import bases_of, enclosing_class, share_self
from bot.scan.evidence.ground.imports import last_name
from bot.scan.evidence.ground.kin import bound_class
from bot.scan.evidence.ground.reach import is_called, is_shared, reads_in_scope
from bot.scan.evidence.ground.words import words_of
from bot.scan.evidence.saves.content import annotation_of
from bot.scan.names.evaluate import evaluate
from bot.scan.names.module import Module
from bot.scan.names.spelling import spelt
from bot.scan.names.values import Instance, ProjectModule, Value

_OWN = ("self", "cls")
_NEW = frozenset({"super().__new__", "object.__new__"})
_OF_MODULES = frozenset("parameters named_parameters modules zero_grad load_state_dict state_dict eval forward".split())
_PARTS = frozenset(
    "fc head classifier backbone features encoder decoder unet vae transformer text_encoder image_encoder lm_head"
    " tokenizer scheduler model".split()
)
"""What modules and pipelines of libraries call the modules that they are made of."""
APPLICATIONS = frozenset({"app", "application"})
"""What a web application is called where it is handed over: `async def lifespan(app)`, `request.app`."""
_SAME_APP = {"app": "current_app"}
"""Flask's name for the application from anywhere."""


def keep(spot: Spot, holder: ast.expr, attribute: str, place: ast.expr) -> Answer:
    """The value is kept as `holder.attribute`, at `place`.

    `self.x = value`: every `self.x` of the class, its bases and subclasses; `made.x = value` where `made` is seen to be
    one of a class: the same there; `block.x = value`: every `block.x` after it.
    """
    owner, found, module = spelt(holder), False, spot.module
    if attribute == "__dict__":
        yield from keep_as_all(spot, holder, place)
        return
    for read in module.attributes(attribute):
        if isinstance(read.ctx, ast.Load) and _reaches(holder, owner, place, read, module):
            found = True
            yield spot.at(read)
    if spot.hops < MOST_CALLS:
        for node, home in _reads_afar(holder, attribute, place, module):
            found = True
            yield Spot(node, home, spot.path, spot.hops + 1)
    if attribute in _PARTS and _is_of_library(holder, module):
        yield spot.says(Kind.OBJECT, f"becomes the {attribute} of what a library made")
    elif not found:
        base = _unseen_base(place, module) if owner == "self" else ""
        where = f"{owner}.{attribute}"
        yield spot.says(Kind.ESCAPES, f"goes into {base} as {where}" if base else f"kept as {where}")


def _is_of_library(holder: ast.expr, module: Module) -> bool:
    """Whether a function of a library made it that makes modules and pipelines of them."""
    made = values_of(holder, module) if isinstance(holder, ast.Name) else ()
    return any(isinstance(value, ast.Call) and makes_object(value, module) for value in made)


def _unseen_base(place: ast.expr, module: Module) -> str:
    """A base of the class that no file of the project has, and that may read what is kept; empty where none is."""
    around = enclosing_class(place, module)
    bases = bases_of(around) - PLAIN_BASES - {"Module"} if around is not None else set()
    unseen = (b for b in sorted(bases) if module.project is not None and not project_classes(b, module.project))
    return next(unseen, "")


def keep_under(spot: Spot, holder: ast.expr, names: Sequence[str], place: ast.expr) -> Answer:
    """`setattr(holder, name, value)`: under each of `names`, or where there is none wherever the holder is asked for a
    name that is made at run time.
    """
    shared = _is_this_module(holder, spot.module)
    for name in names:
        if shared:
            yield from (spot.at(read) for read in reads_in_scope(name, spot.module.tree, spot.module))
        else:
            yield from keep(spot, holder, name, place)
    if not names:
        yield spot.says(Kind.ESCAPES, "is kept under a name made at run time")
        for read in _of_unknown_name(holder, place, spot.module):
            yield spot.at(read)


def keep_as_all(spot: Spot, holder: ast.expr, place: ast.expr) -> Answer:
    """`holder.__dict__ = value`, `vars(holder).update(value)`: each of its entries is an attribute, where it is read as
    one that the class does not bind itself. What a module keeps of itself are modules and hooks.
    """
    module, around, text = spot.module, enclosing_class(place, spot.module), spelt(holder)
    kin = (a for a in module.of(ast.Attribute) if enclosing_class(a, module) is around)
    reads = [a for a in kin if isinstance(a.ctx, ast.Load) and spelt(a.value) == text]
    own = around if text == "self" else None
    if any(read.attr in _OF_MODULES for read in reads) or (own is not None and "Module" in bases_of(own)):
        yield spot.says(Kind.OBJECT, f"becomes all that the module {text} keeps of itself")
        return
    yield spot.says(Kind.DICT, f"becomes the attributes of {text}")
    known = {*bound_in(own)} if own is not None else set[str]()
    if own is None or _unseen_base(place, module):  # what is called may be a method
        known |= {a.attr for a in reads if is_called(a, module)}
    for name in sorted({a.attr for a in reads} - known - {"__dict__"}):
        part = step_into(spot, f"[{name!r}]")
        if part is not None:
            yield from keep(part, holder, name, place)


def keep_as_global(spot: Spot, name: ast.expr) -> Answer:
    """`globals()[name] = value`."""
    module, label = spot.module, label_of(name, spot.module)
    for each in words_of(name, module):
        for read in reads_in_scope(each, module.tree, module):
            yield spot.at(read)
    for other in module.of(ast.Subscript, "globals"):
        same = isinstance(other.ctx, ast.Load) and spelt(other.value) == "globals()"
        if same and label_of(other.slice, module) == label:
            yield spot.at(other)


def is_context(held: ast.expr, module: Module) -> bool:
    """Whether `contextvars.ContextVar(...)` made it."""
    made = values_of(held, module) if isinstance(held, ast.Name) else ()
    return any(isinstance(v, ast.Call) and spelt(v.func).rpartition(".")[2] == "ContextVar" for v in made)


def keep_in_context(spot: Spot, held: ast.expr) -> Answer:
    """`NET.set(value)`: what `NET.get()` gives."""
    for read in spot.module.attributes("get"):
        call = spot.module.parent(read)
        if isinstance(call, ast.Call) and call.func is read and spelt(read.value) == spelt(held):
            yield spot.at(call)


def attributes_of(held: ast.expr) -> ast.expr | None:
    """`x` of `x.__dict__` and `vars(x)`."""
    if isinstance(held, ast.Attribute) and held.attr == "__dict__":
        return held.value
    called = isinstance(held, ast.Call) and len(held.args) == 1 and spelt(held.func) == "vars"
    return held.args[0] if called and isinstance(held, ast.Call) else None


def _is_this_module(holder: ast.expr, module: Module) -> bool:
    values = values_of(holder, module) if isinstance(holder, ast.Name) else (holder,)
    return any(v is not None and spelt(v) == "sys.modules[__name__]" for v in values)


def _of_unknown_name(holder: ast.expr, place: ast.expr, module: Module) -> Iterator[ast.expr]:
    """Where `self`, or what a class of the project made, is asked for an attribute whose name is made at run time, or
    for one that nothing else sets.
    """
    around = enclosing_class(place, module)
    if spelt(holder) != "self":
        yield from _of_unknown_name_afar(holder, module)
        return
    if around is None:
        return
    for call in module.of(ast.Call, "getattr"):
        asked = len(call.args) > 1 and spelt(call.func) == "getattr" and spelt(call.args[0]) == "self"
        if asked and share_self(around, enclosing_class(call, module), module) and not words_of(call.args[1], module):
            yield call
    if not bases_of(around) <= PLAIN_BASES:
        return  # what a base sets is not seen
    own = [a for a in module.of(ast.Attribute, "self") if _is_self(a) and enclosing_class(a, module) is around]
    known = {a.attr for a in own if not isinstance(a.ctx, ast.Load)} | {*bound_in(around)}
    yield from (a for a in own if a.attr not in known and not a.attr.startswith("__"))


def _of_unknown_name_afar(holder: ast.expr, module: Module) -> Iterator[ast.expr]:
    """`setattr(made, name, value)`: `other.net` in the file, of its class, where nobody there sets a `net`."""
    for owner, _ in _classes_of(holder, evaluate(holder, module), module):
        if not bases_of(owner) <= PLAIN_BASES:
            continue  # what a base sets is not seen
        every = [a for a in module.of(ast.Attribute) if not a.attr.startswith("__")]
        known = {a.attr for a in every if not isinstance(a.ctx, ast.Load)} | {*bound_in(owner)}
        own = (a for a in every if spelt(a.value) not in _OWN or enclosing_class(a, module) is owner)
        left = (a for a in own if a.attr not in known)
        yield from (a for a in left if is_of(owner, a, module) or is_instance(a.value, owner, module))


def _classes_of(holder: ast.expr, values: Iterable[Value], module: Module) -> set[tuple[ast.ClassDef, Module]]:
    """The classes of the project that one of these values is seen to be made by, or declared to be of."""
    found = {(v.of.node, v.of.module) for v in values if isinstance(v, Instance)}
    function, declared = module.function(holder), None
    if isinstance(holder, ast.Name) and isinstance(function, ast.FunctionDef | ast.AsyncFunctionDef):
        declared = annotation_of(holder.id, function)
    if declared is not None and module.project is not None:
        found |= {*project_classes(last_name(declared, module), module.project)}
    return found


def _is_self(attribute: ast.Attribute) -> bool:
    return isinstance(attribute.value, ast.Name) and attribute.value.id == "self"


def _reads_afar(holder: ast.expr, attribute: str, place: ast.expr, module: Module) -> Iterator[tuple[ast.expr, Module]]:
    """Through the classes that the holder is one of: setters, methods, bases and subclasses, other files."""
    yield from set_by_property(holder, attribute, module)
    around, project, values = enclosing_class(place, module), module.project, evaluate(holder, module)
    if project is not None:
        for shared in (v.module for v in values if isinstance(v, ProjectModule)):
            yield from reads_of_module(attribute, shared, project)
    classes = _classes_of(holder, values, module)
    if around is not None and (spelt(holder) in _OWN or _is_new(holder, module)):
        classes.add((around, module))
    for owner, home in classes:
        if owner is not around or spelt(holder) not in _OWN:
            for read in home.attributes(attribute):
                inside = spelt(read.value) in _OWN and share_self(owner, enclosing_class(read, home), home)
                if inside and isinstance(read.ctx, ast.Load):
                    yield read, home
        if project is not None:
            yield from reads_by_kin(owner, attribute, home, project)


def _is_new(holder: ast.expr, module: Module) -> bool:
    """Whether it is what `super().__new__(cls)` made."""
    if isinstance(holder, ast.Attribute):
        made = [*kept_as(holder.attr, holder, module)]
    else:
        made = [v for v in values_of(holder, module) if v is not None] if isinstance(holder, ast.Name) else []
    return any(isinstance(v, ast.Call) and spelt(v.func) in _NEW for v in made)


def _reaches(holder: ast.expr, owner: str, place: ast.expr, read: ast.Attribute, module: Module) -> bool:
    """Whether `read` is the attribute that `holder`, which is spelt `owner`, keeps the value as from `place` on."""
    spellings: dict[ast.expr, str] = module.cache.setdefault("evidence.spellings", {})  # each is asked for by each keep
    if read not in spellings:
        spellings[read] = spelt(read.value)
    other, root = spellings[read], _root(holder)
    if owner in _OWN or root == "self":
        same = other in _OWN if owner in _OWN else other == owner
        around = enclosing_class(place, module)
        if around is not None and other == "self" and bound_class(read, module) == around.name:
            return True
        if around is not None and other == around.name:  # `cls.net = value`, `Owner.net`
            return True
        return same and share_self(around, enclosing_class(read, module), module)
    if isinstance(holder, ast.Name) and other in _OWN:  # `Owner.net = value`, `self.net`
        around = enclosing_class(read, module)
        return around is not None and around.name == owner
    if _root(read.value) == "self" and other.replace("self", bound_class(read, module), 1) == owner:
        return True
    shared = _is_shared(holder, module) or root in APPLICATIONS
    if shared and (other.endswith(f".{owner}") or other == _SAME_APP.get(owner)):  # `request.app.state.net`
        return True
    if owner != other:
        return False
    if shared and (_is_shared(read.value, module) or _is_inside(read, place, module)):
        return True
    if isinstance(holder, ast.Name) and _is_inside(read, place, module):  # `app.net = value`, and a view of the app
        return True
    if module.function(place) is None and module.function(read) is not None:
        return True  # what a module sets up is there when its functions run
    return module.function(read) is module.function(place) and read.lineno > place.lineno


def _is_inside(read: ast.expr, place: ast.expr, module: Module) -> bool:
    """Whether it stands in a function inside the one where the value is kept."""
    around, outer = module.function(read), module.function(place)
    while around is not None and around is not outer:
        around = module.function(around)
    return outer is not None and around is outer and module.function(read) is not outer


def _root(holder: ast.expr) -> str:
    while isinstance(holder, ast.Attribute | ast.Subscript):
        holder = holder.value
    return holder.id if isinstance(holder, ast.Name) else ""


def _is_shared(holder: ast.expr, module: Module) -> bool:
    """Whether it begins with a name of the module: `app.state`, a class, a function."""
    while isinstance(holder, ast.Attribute):
        holder = holder.value
    return isinstance(holder, ast.Name) and is_shared(holder, module)
