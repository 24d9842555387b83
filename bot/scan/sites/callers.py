"""What a parameter is where every caller can be seen: `_read(path, weights_only)` that is only ever given True."""

from __future__ import annotations

import ast
import re

from bot.scan.names.arguments import argument_of
from bot.scan.names.evaluate import evaluate
from bot.scan.names.given import uses_of_word
from bot.scan.names.module import Module
from bot.scan.names.values import Function, Parameter, Value

_CHANGES_NOTHING = frozenset({"staticmethod", "classmethod", "cache", "lru_cache", "no_grad", "inference_mode"})


def told_by_all(parameter: Parameter) -> tuple[Value, ...]:
    """What the callers of a function give `parameter`; empty where there may be others than those in its file.

    Only functions are asked that others have no business with: their name begins with an underscore, or they stand
    inside another function.
    """
    function, module = parameter.function, parameter.module
    if isinstance(function, ast.Lambda) or not _is_private(function, module) or _is_decorated(function):
        return ()
    uses = uses_of_word(function.name, module)
    found: list[Value] = []
    for use in uses:
        call = module.parent(use)
        if not isinstance(call, ast.Call) or call.func is not use or any(k.arg is None for k in call.keywords):
            return ()
        given = argument_of(parameter, Function(function, module), call)
        if given is None and not parameter.default:
            return ()
        found += evaluate(given, module) if given is not None else parameter.default
    return () if _is_known_elsewhere(function, module) else tuple(dict.fromkeys(found))


def _is_private(function: ast.FunctionDef | ast.AsyncFunctionDef, module: Module) -> bool:
    hidden = function.name.startswith("_") and not function.name.endswith("__")
    return hidden or (module.function(function) is not None and not _is_method(function, module))


def _is_method(function: ast.AST, module: Module) -> bool:
    return isinstance(module.parent(function), ast.ClassDef)


def _is_decorated(function: ast.FunctionDef | ast.AsyncFunctionDef) -> bool:
    said = [d.func if isinstance(d, ast.Call) else d for d in function.decorator_list]
    return any((d.attr if isinstance(d, ast.Attribute) else getattr(d, "id", "")) not in _CHANGES_NOTHING for d in said)


def _is_known_elsewhere(function: ast.FunctionDef | ast.AsyncFunctionDef, module: Module) -> bool:
    """Whether another file of the project has both the name and that of its class or module."""
    if module.project is None or module.outer is not None or module.function(function) is not None:
        return False
    owner = module.parent(function)
    stem = re.sub(r"/__init__\.py$", "", module.path).rpartition("/")[2].partition(".")[0]
    word, home = (w.encode() for w in (function.name, owner.name if isinstance(owner, ast.ClassDef) else stem))
    whole = re.compile(rb"\b%b\b" % re.escape(word))
    others = (path for path in module.project.containing(word) if path != module.path)
    return any(home in (data := module.project.files[path]) and whole.search(data) for path in others)
