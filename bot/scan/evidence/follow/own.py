"""The project's own method behind a name that the tables know: `holder.set(value)`, `model.load_state_dict(value)`."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Iterator
from functools import partial
from typing import TYPE_CHECKING

from bot.scan.evidence.ground.callees import Found
from bot.scan.evidence.ground.memo import remember
from bot.scan.names.attributes import attribute
from bot.scan.names.bound import bound_values
from bot.scan.names.evaluate import evaluate
from bot.scan.names.lookup import find_bindings
from bot.scan.names.module import Module
from bot.scan.names.scopes import Binding
from bot.scan.names.values import Function, Value

if TYPE_CHECKING:
    from bot.scan.project import Project

_DISPLAYS = (
    ast.Dict, ast.List, ast.Set, ast.Tuple, ast.DictComp, ast.ListComp, ast.SetComp, ast.Constant, ast.JoinedStr,
)  # fmt: skip

_GIVE_ITSELF = frozenset("to eval train cuda cpu half float double bfloat16 requires_grad_".split())
"""Methods of a module that return the module. Source: torch.nn.Module."""


def own_method(call: ast.Call, name: str, module: Module, project: Project) -> Found | None:
    """The one function of the project that `x.name(...)` calls, by the class of what it is called on; None where no
    class has one, or where it cannot be told.
    """
    if not isinstance(call.func, ast.Attribute) or not _can_be_own(call.func, module, project):
        return None
    values = [*attribute(call.func, made_as(call.func.value, module), module, evaluate)]
    found = [v for v in values if isinstance(v, Function)]
    if len(found) != 1 or (name == "load_state_dict" and len(values) > 1):  # torch's own, unless it cannot be
        return None
    node = found[0].node
    return (node, found[0].module) if not isinstance(node, ast.Lambda) else None


def made_as(held: ast.expr, module: Module) -> tuple[Value, ...]:
    """What an expression stands for, whatever is put into it later: that changes no class. A name is asked for what it
    is bound to, once for all its uses that have the same bindings; lists and dicts that are written out say nothing.
    """
    if not isinstance(held, ast.Name):
        return evaluate(held, module)
    bound = find_bindings(held.id, held, module)
    if not bound:
        return evaluate(held, module)
    known: dict[object, tuple[Value, ...]] = module.cache.setdefault("evidence.made as", {})
    if bound not in known:
        known[bound] = tuple(v for owner, each in bound for v in _values(each, owner))
    return known[bound]


def _values(binding: Binding, owner: Module) -> Iterable[Value]:
    given = _given(binding, owner)
    if isinstance(given, _DISPLAYS):
        return ()
    call = _made_by(given)
    return evaluate(call, owner) if call is not given and call is not None else bound_values(binding, owner, evaluate)


def _given(binding: Binding, owner: Module) -> ast.expr | None:
    """What an assignment gives to a name alone."""
    statement = owner.parent(binding.node)
    if isinstance(statement, ast.Assign):
        return statement.value if binding.node in statement.targets else None
    return statement.value if isinstance(statement, ast.AnnAssign) else None


def _can_be_own(method: ast.Attribute, module: Module, project: Project) -> bool:
    """Whether the receiver's class may have the method. Where it is plainly made by one class of the project, that is
    told by the names of classes, so that neither the class nor its bases need be parsed.
    """
    classes = [*_classes_made(method.value, module)] if isinstance(method.value, ast.Name) else []
    lineages = [project.lineage(name) if name else None for name in classes]
    if not lineages or None in lineages:
        return True
    homes = remember(project, ("homes of", method.attr), partial(_homes, method.attr, project))
    return not all(homes.isdisjoint(each or ()) for each in lineages)


def _classes_made(receiver: ast.Name, module: Module) -> Iterator[str | None]:
    """The names of the classes by which `receiver` is made; None for one that cannot be told so."""
    project = module.project
    for owner, binding in find_bindings(receiver.id, receiver, module):
        call = _made_by(_given(binding, owner))
        maker = call.func if call is not None else None
        name = _first_name(maker, owner) if isinstance(maker, ast.Name) else ""
        plain = project and name and project.naming_class(name) and not project.defining(name)
        yield name if plain else None


def _made_by(given: ast.expr | None) -> ast.Call | None:
    """The call that makes a module: `Net()` of `Net().to(device).eval()`."""
    call = given if isinstance(given, ast.Call) else None
    while call is not None and isinstance(call.func, ast.Attribute) and call.func.attr in _GIVE_ITSELF:
        call = call.func.value if isinstance(call.func.value, ast.Call) else None
    return call


def _first_name(maker: ast.Name, module: Module) -> str:
    """What an imported name is called where it comes from; empty for a name that is bound otherwise."""
    found = [binding.node for _, binding in find_bindings(maker.id, maker, module)]
    names = {node.name if isinstance(node, ast.alias) else "" for node in found}
    return names.pop() if len(names) == 1 else ""


def _homes(method: str, project: Project) -> frozenset[str]:
    """The files in which a class may be given the method, by a definition or by an assignment."""
    word = method.encode()
    assigned = re.compile(rb"(?<!\w)%b =" % re.escape(word))
    setting = (path for path in project.containing(b"%b =" % word) if assigned.search(project.files[path]))
    return frozenset((*project.defining(method), *setting))
