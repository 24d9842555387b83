"""A save through a helper a few lines above `torch.load(path)`: `trainer.save(path)`, `Saver(path).save(net)`."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from typing import TYPE_CHECKING

from bot.scan.evidence.ground.behind import kept_as, project_classes, values_of
from bot.scan.evidence.ground.callees import Found, callee
from bot.scan.evidence.ground.classes import method_in
from bot.scan.evidence.saves.writers import writers_in
from bot.scan.names.arguments import word_of
from bot.scan.names.module import Module
from bot.scan.names.spelling import spelt

if TYPE_CHECKING:
    from bot.scan.project import Project


def savers_above(load: ast.Call, text: str, module: Module, project: Project) -> Iterator[tuple[ast.Call, Found]]:
    """The calls above `load`, in the same function, of the project's functions that save to the path `text`."""
    function = module.function(load)
    if function is None:
        return
    for call in module.of(ast.Call, "save"):
        name = word_of(call.func)
        if "save" not in name or call.lineno >= load.lineno or module.function(call) is not function:
            continue
        given = [*call.args, *(k.value for k in call.keywords)]
        if _is_among(text, given):
            found = _method(call, name, module, project) or callee(call, module, project)
            if found is not None:
                yield call, found
        elif isinstance(call.func, ast.Attribute):
            yield from ((call, found) for found in _of_what_keeps(text, call, module, project))


def _is_among(text: str, given: list[ast.expr]) -> bool:
    return any(spelt(value) in (text, f"str({text})") for value in given)


def _of_what_keeps(text: str, call: ast.Call, module: Module, project: Project) -> Iterator[Found]:
    """The method called where `Saver(path).save(net)` writes to the path that its class was made with."""
    made = next((v for v in _made(call, module) if _is_among(text, [*v.args, *(k.value for k in v.keywords)])), None)
    found = _method(call, word_of(call.func), module, project) if made is not None else None
    owner = found[1].parent(found[0]) if found is not None else None
    if made is None or found is None or not isinstance(owner, ast.ClassDef):
        return
    init = method_in(owner, "__init__")
    taken = [a.arg for a in init.args.args[1:]] if init is not None else []
    names = [name for name, value in zip(taken, made.args, strict=False) if _is_among(text, [value])]
    names += [k.arg for k in made.keywords if k.arg and _is_among(text, [k.value])]
    written = [w.where for w in writers_in(found[1]) if found[1].function(w.call) is found[0]]
    kept = [v for w in written if isinstance(w, ast.Attribute) for v in kept_as(w.attr, w, found[1])]
    if kept and all(spelt(value) in names for value in kept):
        yield found


def _made(call: ast.Call, module: Module) -> list[ast.Call]:
    """The calls that made the receiver of a method's call."""
    receiver = call.func.value if isinstance(call.func, ast.Attribute) else None
    values = values_of(receiver, module) if isinstance(receiver, ast.Name) else (receiver,)
    return [v for v in values if isinstance(v, ast.Call)]


def _method(call: ast.Call, name: str, module: Module, project: Project) -> Found | None:
    """`name` of the one class of the project that made the receiver."""
    classes = [c for v in _made(call, module) for c in project_classes(word_of(v.func), project)]
    if len(classes) != 1:
        return None
    node, owner = classes[0]
    for member in node.body:
        if isinstance(member, ast.FunctionDef) and member.name == name:
            return member, owner
    return None
