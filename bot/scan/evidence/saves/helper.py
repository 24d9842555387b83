"""A save through a helper: `trainer.save(path)` a few lines above `torch.load(path)`."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from typing import TYPE_CHECKING

from bot.scan.evidence.ground.behind import project_classes, values_of
from bot.scan.evidence.ground.callees import Found, callee
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
        if any(spelt(value) in (text, f"str({text})") for value in given):
            found = _method(call, name, module, project) or callee(call, module, project)
            if found is not None:
                yield call, found


def _method(call: ast.Call, name: str, module: Module, project: Project) -> Found | None:
    """`name` of the one class of the project that made the receiver."""
    if not isinstance(call.func, ast.Attribute) or not isinstance(call.func.value, ast.Name):
        return None
    made = [v for v in values_of(call.func.value, module) if isinstance(v, ast.Call)]
    classes = [c for v in made for c in project_classes(word_of(v.func), project)]
    if len(classes) != 1:
        return None
    node, owner = classes[0]
    for member in node.body:
        if isinstance(member, ast.FunctionDef) and member.name == name:
            return member, owner
    return None
