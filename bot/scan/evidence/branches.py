"""The other branches of one load: what they say of `weights_only` is meant for this one as well.

`if url: state = torch.hub.load_state_dict_from_url(url, weights_only=True)`, `else: state = torch.load(path)`: both
give the same thing to the same name.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Collection, Iterator
from typing import TYPE_CHECKING

from bot.scan.evidence.follow.claims import makes_object
from bot.scan.evidence.follow.signs import Kind
from bot.scan.evidence.follow.spot import Spot
from bot.scan.evidence.follow.trace import trace
from bot.scan.evidence.ground.behind import bound_to, is_empty
from bot.scan.evidence.ground.callees import callee
from bot.scan.evidence.ground.imports import dotted
from bot.scan.evidence.ground.reach import in_other_branch
from bot.scan.evidence.saves.content import Content
from bot.scan.evidence.saves.stored import Look
from bot.scan.names.bound import results
from bot.scan.names.module import Definition, Module
from bot.scan.names.spelling import spelt

if TYPE_CHECKING:
    from bot.scan.project import Project


_DEEPEST = 3
_READS = re.compile(r"load|read|_state_dict$")
"""`read_state_dict(path)` reads a file as well, and what is in it is told by its name alone."""


def says_true_beside(call: ast.Call, module: Module, settled: Collection[ast.Call] = ()) -> int | None:
    """The line of another load whose result takes the place of this one's, with `weights_only=True` written out.

    Those of `settled` are as good as written: else a second `fix` would go on where the first one ended.
    """
    statement, function = module.statement(call), module.function(call)
    if function is None or not isinstance(statement, ast.Assign | ast.Return):
        return None
    others = (n for n in module.of(ast.Call, "weights_only") if _is_restricted(n))
    others = (n for n in (*others, *settled) if n is not call and module.function(n) is function)
    return next((other.lineno for other in others if _stands_for(other, call, statement, module)), None)


def makes_the_same(call: ast.Call, module: Module, project: Project) -> int | None:
    """The line where another branch binds the load's own name to what is seen to be tensors and numbers."""
    statement, function = module.statement(call), module.function(call)
    if not isinstance(statement, ast.Assign) or len(statement.targets) != 1 or statement.value is not call:
        return None
    target = statement.targets[0]
    if not isinstance(target, ast.Name):
        return None
    bound = (n for n in module.names(target.id) if isinstance(n.ctx, ast.Store) and module.function(n) is function)
    others = [n for n in bound if n is not target and in_other_branch(target, n, module)]
    made = all(_is_made_of_tensors(name, module, project) for name in others)
    return others[0].lineno if others and made else None


def _is_made_of_tensors(name: ast.Name, module: Module, project: Project) -> bool:
    """Something is made, and not only stood in for (`None`, `{}`, `0`) or loaded another way."""
    statement = module.statement(name)
    if not isinstance(statement, ast.Assign) or statement.targets != [name]:
        return False
    value = statement.value
    if _is_stand_in(value):
        return False
    if isinstance(value, ast.Call) and _READS.search(spelt(value.func)):
        return False
    return Look(project).of(value, module).content is Content.PLAIN


def _is_stand_in(value: ast.expr) -> bool:
    """A constant, an empty container, or one of nothing but these: `{"optimizer": None}`."""
    if isinstance(value, ast.Constant) or is_empty(value):
        return True
    members = value.values if isinstance(value, ast.Dict) else getattr(value, "elts", None)
    return members is not None and all(map(_is_stand_in, members))


def made_live_beside(call: ast.Call, module: Module, project: Project) -> tuple[int, str] | None:
    """Where something live stands in for this load, and what it is: another branch's value, what the name was bound to
    before, the other side of `or`.

    `net = torch.load(path) if path else Net()`: what is a module in one case is one in the other.
    """
    for value in _instead_of(call, module):
        detail = _live(value, module, project, 0)
        if detail:
            return value.lineno, detail
    return None


def _instead_of(call: ast.Call, module: Module) -> Iterator[ast.expr]:
    """What takes the place of the load's result where it is not loaded."""
    whole: ast.expr = call
    around = module.parent(call)
    while isinstance(around, ast.IfExp | ast.BoolOp):
        sides = [around.body, around.orelse] if isinstance(around, ast.IfExp) else around.values
        if whole not in sides:
            return
        yield from (side for side in sides if side is not whole)
        whole, around = around, module.parent(around)
    statement, function = module.statement(call), module.function(call)
    if isinstance(statement, ast.Return) and statement.value is whole and function is not None:
        others = (r.value for r in module.of(ast.Return) if module.function(r) is function and r is not statement)
        yield from (value for value in others if value is not None)
    elif isinstance(statement, ast.Assign) and statement.value is whole and len(statement.targets) == 1:
        if isinstance(statement.targets[0], ast.Subscript):
            return  # another entry of a container is of another kind
        text = spelt(statement.targets[0])
        for other in module.of(ast.Assign):
            same = module.function(other) is function and [spelt(t) for t in other.targets] == [text]
            if other is not statement and same and _bound_instead(other, statement, module):
                yield other.value


def _bound_instead(other: ast.Assign, statement: ast.Assign, module: Module) -> bool:
    """In another branch, or before the `if` that the load stands in."""
    if in_other_branch(other, statement, module):
        return True
    around = module.parent(statement)
    return isinstance(around, ast.If) and module.parent(other) is module.parent(around) and other.lineno < around.lineno


def _live(value: ast.expr, module: Module, project: Project, depth: int) -> str:
    """What shows that an expression gives a live object: the class that makes it, or what is done with another load."""
    if not isinstance(value, ast.Call) or depth > _DEEPEST:
        return ""
    if makes_object(value, module):
        return f"{spelt(value.func)}() makes one"
    if dotted(value.func, module) == "torch.load":
        signs = trace(Spot(value, module), project)
        shown = (s.detail for s in signs if s.kind is Kind.OBJECT and not s.path)
        return next((f"another load, which shows it ({detail})" for detail in shown), "")
    found = callee(value, module, project)
    for given in _given_by(*found) if found is not None else ():
        detail = _live(given, found[1], project, depth + 1) if found is not None else ""
        if detail:
            return detail
    return ""


def _given_by(function: Definition, module: Module) -> Iterator[ast.expr]:
    """What a function returns, by the names it is bound to."""
    for result in results(module).get(function, ()):
        values = bound_to(result, module) if isinstance(result, ast.Name) else (result,)
        yield from (value for value in values if value is not None)


def asked_to_be_safe(call: ast.Call, module: Module) -> int | None:
    """The line of a `check_torch_load_is_safe()` above the load: is this a torch in which weights_only=True protects?

    Source: transformers.utils.import_utils, called there before each load with weights_only=True.
    """
    function = module.function(call)
    checks = (n for n in module.of(ast.Call, "check_torch_load_is_safe") if module.function(n) is function)
    return next((check.lineno for check in checks if check.lineno < call.lineno), None)


def _stands_for(other: ast.Call, call: ast.Call, statement: ast.Assign | ast.Return, module: Module) -> bool:
    where = module.statement(other)
    if where is statement or where.__class__ is not statement.__class__ or _same_load(other, call):
        return False
    if isinstance(statement, ast.Return) or not isinstance(where, ast.Assign):
        return True
    if not in_other_branch(statement, where, module):
        return False  # one after the other, under one name
    return [spelt(t) for t in where.targets] == [spelt(t) for t in statement.targets]


def _is_restricted(load: ast.Call) -> bool:
    """Whether `weights_only=True` is written out."""
    given = next((k.value for k in load.keywords if k.arg == "weights_only"), None)
    return isinstance(given, ast.Constant) and given.value is True


def _same_load(one: ast.Call, other: ast.Call) -> bool:
    """The same file by the same function: one of two ways to load it, of which this is the unsafe one."""
    given = [spelt(call.args[0]) if call.args else "" for call in (one, other)]
    return given[0] == given[1] and spelt(one.func) == spelt(other.func)
