"""What stands behind a name: the values bound to it, the attribute it is kept as, the class that made it."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from typing import TYPE_CHECKING, TypeVar

from bot.model import Unreadable
from bot.scan.evidence.ground.callees import callee
from bot.scan.evidence.ground.classes import enclosing_class
from bot.scan.evidence.ground.memo import remember
from bot.scan.names.module import Definition, Module

if TYPE_CHECKING:
    from bot.scan.project import Project

_Value = TypeVar("_Value", bound=ast.expr | None)


def values_of(name: ast.Name, module: Module) -> Iterator[ast.expr | None]:
    """What is bound to `name` in its function (or the module), items set and updates included; None: a loop's own."""
    yield from bound_to(name, module)
    yield from items_set(name, module)


def bound_to(name: ast.Name, module: Module) -> Iterator[ast.expr | None]:
    """What the name itself is bound to; None: a loop's own."""
    for other in _namesakes(name, module):
        if isinstance(other.ctx, ast.Store):
            yield from _bound(other, module.parent(other), module)


def items_set(name: ast.Name, module: Module) -> Iterator[ast.expr]:
    """`x` of `name[key] = x`."""
    for other in _namesakes(name, module):
        parent = module.parent(other)
        if isinstance(parent, ast.Subscript) and isinstance(parent.ctx, ast.Store) and parent.value is other:
            statement = module.parent(parent)
            if isinstance(statement, ast.Assign):
                yield statement.value


def _namesakes(name: ast.Name, module: Module) -> Iterator[ast.Name]:
    """The same name in its function and in the module around it."""
    function = module.function(name)
    return (n for n in module.names(name.id) if module.function(n) in (function, None))


def is_empty(node: ast.expr | None) -> bool:
    """`[]`, `{}`, `list()`: what such a container holds in the end is put into it later."""
    if isinstance(node, ast.Call):
        given = node.args or node.keywords
        return isinstance(node.func, ast.Name) and not given and node.func.id in ("list", "dict", "set", "deque")
    return (isinstance(node, ast.List | ast.Tuple) and not node.elts) or (isinstance(node, ast.Dict) and not node.keys)


def without_none(values: list[_Value]) -> list[_Value]:
    """Without the `None` that a name is until it gets something, unless it never does."""
    return [v for v in values if not (isinstance(v, ast.Constant) and v.value is None)] or values


_GROWS = frozenset("append appendleft add insert extend update".split())


def added_to(held: ast.Name | ast.Attribute, module: Module) -> Iterator[ast.expr]:
    """What is added to a container kept as `held`: `x` of `self.items.append(x)`, in its function or its class."""
    if isinstance(held, ast.Name):
        function = module.function(held)
        uses: Iterator[ast.expr] = (n for n in module.names(held.id) if module.function(n) is function)
    else:
        around = enclosing_class(held, module)
        uses = (a for a in module.attributes(held.attr) if enclosing_class(a, module) is around)
    for use in uses:
        grows = module.parent(use)
        call = module.parent(grows) if isinstance(grows, ast.Attribute) and grows.attr in _GROWS else None
        if isinstance(call, ast.Call) and call.func is grows and call.args:
            yield call.args[-1]


def _bound(name: ast.Name, parent: ast.AST | None, module: Module) -> Iterator[ast.expr | None]:
    if isinstance(parent, ast.Assign | ast.AnnAssign | ast.NamedExpr | ast.AugAssign):
        if parent.value is not None:
            yield parent.value
        return
    statement: ast.AST | None = parent
    while isinstance(statement, ast.Tuple | ast.List | ast.Starred):
        statement = module.parent(statement)
    if isinstance(statement, ast.For | ast.AsyncFor | ast.comprehension):
        yield source_of(statement.iter)
    elif isinstance(statement, ast.Assign):
        yield _opposite(name, parent, statement.value, module)


def _opposite(name: ast.Name, targets: ast.AST | None, value: ast.expr, module: Module) -> ast.expr | None:
    """`y` for `b` in `a, b = x, y`, and `f()[1]` in `a, b = f()`."""
    if isinstance(targets, ast.Tuple) and isinstance(value, ast.Call):
        return _taken(name, targets, value, module)
    if not (isinstance(targets, ast.Tuple | ast.List) and isinstance(value, ast.Tuple | ast.List)):
        return None
    spread = any(isinstance(each, ast.Starred) for each in (*targets.elts, *value.elts))
    if spread or len(targets.elts) != len(value.elts):
        return None
    return value.elts[targets.elts.index(name)]


def _taken(name: ast.Name, targets: ast.Tuple, call: ast.Call, module: Module) -> ast.expr | None:
    """The member of what a call gives, as if it were written so; kept, since it is known by its identity."""
    if any(isinstance(each, ast.Starred) for each in targets.elts):
        return None
    members: dict[ast.Name, ast.expr] = module.cache.setdefault("evidence.members", {})
    if name not in members:
        place = ast.copy_location(ast.Constant(targets.elts.index(name)), name)
        members[name] = ast.copy_location(ast.Subscript(call, place, ast.Load()), name)
    return members[name]


def source_of(iterable: ast.expr) -> ast.expr:
    """`x` of `x.items()`: what is taken out of a plain container is plain."""
    if not isinstance(iterable, ast.Call):
        return iterable
    function = iterable.func
    if isinstance(function, ast.Attribute) and function.attr in ("items", "values", "keys"):
        return function.value
    wraps = isinstance(function, ast.Name) and function.id in ("enumerate", "sorted", "reversed", "list", "tqdm")
    return source_of(iterable.args[0]) if wraps and iterable.args else iterable


def kept_as(attribute: str, node: ast.expr, module: Module) -> Iterator[ast.expr]:
    around = enclosing_class(node, module)
    for other in module.attributes(attribute):
        if isinstance(other.ctx, ast.Store) and enclosing_class(other, module) is around:
            statement = module.parent(other)
            if isinstance(statement, ast.Assign | ast.AnnAssign) and statement.value is not None:
                yield statement.value


def class_of(receiver: ast.expr, module: Module, project: Project) -> tuple[ast.ClassDef | None, Module] | None:
    """The project's class that `receiver` was made by, where one assignment says so; around `self`, the class."""
    if isinstance(receiver, ast.Name) and receiver.id == "self":
        return enclosing_class(receiver, module), module
    if isinstance(receiver, ast.Name):
        values = [v for v in values_of(receiver, module) if isinstance(v, ast.Call)]
    elif isinstance(receiver, ast.Attribute) and isinstance(receiver.value, ast.Name) and receiver.value.id == "self":
        values = [v for v in kept_as(receiver.attr, receiver, module) if isinstance(v, ast.Call)]
    else:
        return None
    for value in values:
        name = getattr(value.func, "id", getattr(value.func, "attr", ""))
        for node, owner in project_classes(name, project):
            return node, owner
        function = callee(value, module, project)
        made = _made_by(function[0]) if function is not None else ""
        for node, owner in project_classes(made, project):
            return node, owner
    return None


def _made_by(function: Definition) -> str:
    """The class whose call a factory returns by name, or its return annotation."""
    for node in ast.walk(function):
        if isinstance(node, ast.Return) and isinstance(node.value, ast.Call):
            return getattr(node.value.func, "id", getattr(node.value.func, "attr", ""))
    made = {
        target.id: getattr(node.value.func, "id", getattr(node.value.func, "attr", ""))
        for node in ast.walk(function)
        if isinstance(node, ast.Assign) and isinstance(node.value, ast.Call)
        for target in node.targets
        if isinstance(target, ast.Name)
    }
    for node in ast.walk(function):
        if isinstance(node, ast.Return) and isinstance(node.value, ast.Name) and node.value.id in made:
            return made[node.value.id]
    return ""


def project_classes(name: str, project: Project) -> list[tuple[ast.ClassDef, Module]]:

    def find() -> list[tuple[ast.ClassDef, Module]]:
        found: list[tuple[ast.ClassDef, Module]] = []
        if not name.isidentifier():
            return found
        for path in project.naming_class(name)[:10]:
            module = project.module(path)
            if not isinstance(module, Unreadable):
                found += [(c, module) for c in module.bound(ast.ClassDef, name)]
        return found

    return remember(project, ("class", name), find)


def bound_in(owner: ast.ClassDef) -> Iterator[str]:
    """What the body of a class binds: methods, fields."""
    for statement in owner.body:
        if isinstance(statement, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            yield statement.name
        elif isinstance(statement, ast.Assign | ast.AnnAssign):
            targets = statement.targets if isinstance(statement, ast.Assign) else [statement.target]
            yield from (t.id for target in targets for t in ast.walk(target) if isinstance(t, ast.Name))
