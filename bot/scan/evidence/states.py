"""Whose `state_dict()` may hold more than tensors and numbers: what is no module's, or is not seen to be one's."""

from __future__ import annotations

import ast
import re

from bot.scan.evidence.behind import kept_as, source_of, values_of
from bot.scan.evidence.content import HOLDS_ANYTHING, parameters
from bot.scan.evidence.imports import dotted
from bot.scan.names.module import Module

_SCHEDULER = re.compile(r"sched(uler)?s?(\[.*\])?$", re.IGNORECASE)
_PLAIN_SCHEDULERS = re.compile(r"torch\.optim\.lr_scheduler\.(?!LambdaLR|MultiplicativeLR|OneCycleLR)\w+")


def why_unsure(receiver: ast.expr, module: Module) -> str:
    """Why `receiver.state_dict()` may hold anything, or empty."""
    text = ast.unparse(receiver)
    if HOLDS_ANYTHING.search(text):
        return f"the state of {text}"
    if _SCHEDULER.search(text) and not _made_by_torch(receiver, module):
        return f"the state of {text}, which keeps the functions it is given (LambdaLR, OneCycleLR)"
    if isinstance(receiver, ast.Name) and _one_of_a_parameter(receiver, module):
        return f"the state of whatever {receiver.id} is"
    return ""


def _made_by_torch(receiver: ast.expr, module: Module) -> bool:
    """Whether every assignment in sight makes a scheduler that keeps nothing but numbers."""
    made: list[ast.expr | None] = []
    if isinstance(receiver, ast.Name):
        made = list(values_of(receiver, module))
    elif isinstance(receiver, ast.Attribute) and ast.unparse(receiver.value) == "self":
        made = list(kept_as(receiver.attr, receiver, module))
    names = [dotted(v.func, module) for v in made if isinstance(v, ast.Call)]
    return bool(names) and len(names) == len(made) and all(_PLAIN_SCHEDULERS.fullmatch(name) for name in names)


def _target(name: ast.Name, module: Module) -> ast.expr:
    """The tuple a name is bound in, or the name itself."""
    around = module.parent(name)
    return around if isinstance(around, ast.Tuple) else name


def _one_of_a_parameter(name: ast.Name, module: Module) -> bool:
    """`each.state_dict()` for all that a caller hands over: models, optimizers, and loaders with their queues."""
    function = module.function(name)
    if not isinstance(function, ast.FunctionDef | ast.AsyncFunctionDef):
        return False
    given = {a.arg for a in parameters(function)}
    bound = (n for n in module.names(name.id) if isinstance(n.ctx, ast.Store) and module.function(n) is function)
    loops = (module.parent(_target(n, module)) for n in bound)
    sources = (source_of(loop.iter) for loop in loops if isinstance(loop, ast.For | ast.comprehension))
    return any(isinstance(source, ast.Name) and source.id in given for source in sources)
