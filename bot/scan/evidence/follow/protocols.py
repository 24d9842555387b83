"""What Python itself gives of a method with two underscores: by a call, an index, a loop, an attribute."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator

from bot.scan.evidence.follow.elsewhere import is_of, was_made_by
from bot.scan.evidence.ground.behind import bound_in
from bot.scan.evidence.ground.classes import bases_of
from bot.scan.names.module import Definition, Module
from bot.scan.names.spelling import spelt

PLAIN_BASES = frozenset({"object", "ABC"})
"""Bases that bring no attributes of their own."""
_MAKES_CLASSES = frozenset({"type", "ABCMeta", "EnumMeta", "EnumType"})


def uses_of_protocol(function: Definition, owner: ast.ClassDef, module: Module) -> Iterator[ast.expr]:
    """What gives the result of such a method of a class, of what is seen to be made by the class."""
    find = _USES.get(function.name)
    if find is not None:
        yield from find(owner, module)


def _called(owner: ast.ClassDef, module: Module) -> Iterator[ast.expr]:
    """`made(path)`, and `Net(path)` where the class is `class Net(metaclass=Owner)`."""
    yield from (c for c in module.of(ast.Call) if was_made_by(owner.name, c.func, module) and not _makes(owner, c))
    if bases_of(owner) & _MAKES_CLASSES:
        classes = (c for c in module.of(ast.ClassDef) if any(_is_by(owner, k) for k in c.keywords))
        names = {c.name for c in classes}
        yield from (c for c in module.of(ast.Call) if isinstance(c.func, ast.Name) and c.func.id in names)


def _is_by(owner: ast.ClassDef, keyword: ast.keyword) -> bool:
    return keyword.arg == "metaclass" and spelt(keyword.value) == owner.name


def _makes(owner: ast.ClassDef, call: ast.Call) -> bool:
    return getattr(call.func, "id", getattr(call.func, "attr", "")) == owner.name


def _indexed(owner: ast.ClassDef, module: Module) -> Iterator[ast.expr]:
    yield from (s for s in module.of(ast.Subscript) if was_made_by(owner.name, s.value, module))


def _class_indexed(owner: ast.ClassDef, module: Module) -> Iterator[ast.expr]:
    yield from (s for s in module.of(ast.Subscript) if isinstance(s.ctx, ast.Load) and spelt(s.value) == owner.name)


def _looped_over(owner: ast.ClassDef, module: Module) -> Iterator[ast.expr]:
    loops: list[ast.For | ast.comprehension] = [*module.of(ast.For), *module.of(ast.comprehension)]
    yield from (loop.iter for loop in loops if was_made_by(owner.name, loop.iter, module))


def _asked_for(owner: ast.ClassDef, module: Module) -> Iterator[ast.expr]:
    """`made.net`, which the class does not bind and nobody sets: `__getattr__` gives it, if no base has it."""
    attributes = module.of(ast.Attribute) if bases_of(owner) <= PLAIN_BASES else ()
    known = {*bound_in(owner), *(a.attr for a in attributes if not isinstance(a.ctx, ast.Load))}
    for read in attributes:
        if read.attr not in known and not read.attr.startswith("__") and was_made_by(owner.name, read.value, module):
            yield read


def _described(owner: ast.ClassDef, module: Module) -> Iterator[ast.expr]:
    """`self.net` of a class whose body says `net = Owner(path)`: the descriptor's `__get__` gives it."""
    for holder in module.of(ast.ClassDef):
        names = {
            target.id
            for statement in holder.body
            if isinstance(statement, ast.Assign) and was_made_by(owner.name, statement.value, module)
            for target in statement.targets
            if isinstance(target, ast.Name)
        }
        reads = (read for name in sorted(names) for read in module.attributes(name))
        yield from (read for read in reads if isinstance(read.ctx, ast.Load) and is_of(holder, read, module))


_USES: dict[str, Callable[[ast.ClassDef, Module], Iterator[ast.expr]]] = {
    "__call__": _called,
    "__getitem__": _indexed,
    "__class_getitem__": _class_indexed,
    "__iter__": _looped_over,
    "__getattr__": _asked_for,
    "__get__": _described,
}
