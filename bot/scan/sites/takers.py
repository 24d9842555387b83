"""What those say to torch.load who are given it: at once, where they keep it, and where what they make is called."""

from __future__ import annotations

import ast
from collections.abc import Collection, Iterable

from bot.model import WeightsOnly
from bot.scan.names.arguments import parameter_given, word_of
from bot.scan.names.attributes import declared_fields
from bot.scan.names.evaluate import evaluate
from bot.scan.names.given import BINDS, used_inside, uses_of_word
from bot.scan.names.lookup import exported
from bot.scan.names.module import Module
from bot.scan.names.values import Class, Dictionary, Function, Qualified, Unknown, Value
from bot.scan.sites.destinations import is_harmless
from bot.scan.sites.holding import goes_on
from bot.scan.sites.saying import Saying, read_call, read_dict

_NO_KEYWORDS = frozenset(
    {"map", "imap", "imap_unordered", "starmap", "map_async", "filter", "run_in_executor", "reduce"}
)
_OPTIONS = ("kwargs", "kwds")
_OPTIONS_AT = {"apply": 2, "apply_async": 2, "Timer": 3}
"""The same by position: a pool's methods, `threading.Timer(seconds, function, args, kwargs)`."""


def handed_on(node: ast.expr, call: ast.Call, module: Module) -> Saying:
    """What a call that was given torch.load will say to it: `submit(torch.load, path, weights_only=True)`."""
    if _told_inside(node, call, module) or _told_by_calls(node, call, module) or _told_by_test(call, module):
        return Saying((WeightsOnly.TRUE,))
    word = word_of(call.func)
    if word in _NO_KEYWORDS and all(k.arg != "weights_only" for k in call.keywords):  # dask's `map` passes them on
        return Saying((WeightsOnly.ABSENT,))
    options = _options(call, word, module)
    if options is not None:
        return read_dict(options, module)
    position = call.args.index(node) if node in call.args else -1
    rest = call.args[position + 1 :] if position >= 0 else []
    return read_call(rest, [k for k in call.keywords if k.value is not node], module)


def _options(call: ast.Call, word: str, module: Module) -> ast.expr | None:
    """The dict of keywords that a thread or pool passes on."""
    named = next((k.value for k in call.keywords if k.arg in _OPTIONS), None)
    given = call.args[_OPTIONS_AT[word] :][:1] if word in _OPTIONS_AT else []
    return named or next((g for g in given if any(isinstance(v, Dictionary) for v in evaluate(g, module))), None)


def _told_inside(node: ast.expr, call: ast.Call, module: Module) -> bool:
    """Whether the project's own function or class that is given torch.load says True wherever it calls it, at once or
    where it keeps it.
    """
    values = [v for v in evaluate(call.func, module) if not isinstance(v, Unknown)]
    return bool(values) and all(_says_true_of(v, node, call, module) for v in values)


def _says_true_of(value: Value, node: ast.expr, call: ast.Call, module: Module) -> bool:
    if isinstance(value, Function):
        return _says_true(value, node, call, module)
    made = [b.node for b in exported("__init__", value.module, value.node)] if isinstance(value, Class) else []
    functions = [n for n in made if isinstance(n, ast.FunctionDef)]
    if isinstance(value, Class) and functions:
        return all(_says_true(Function(n, value.module), node, call, module) for n in functions)
    return isinstance(value, Class) and _says_true_kept(_field_given(value, node, call), (value.module, module))


def _field_given(owner: Class, node: ast.expr, call: ast.Call) -> set[str]:
    """The field of a dataclass that a call fills with the argument `node`."""
    fields = declared_fields(owner)
    named = {k.arg for k in call.keywords if k.value is node and k.arg}
    place = call.args.index(node) if node in call.args else len(fields)
    return named or set(fields[place : place + 1])


def _says_true(function: Function, node: ast.expr, call: ast.Call, module: Module) -> bool:
    owner, called = function.module, 0
    kept: set[str] = set()
    for use in used_inside(parameter_given(call, node, function.node), function.node, owner):
        inner = owner.parent(use)
        given = _given_behind(use, inner, owner)
        if given is not None and isinstance(inner, ast.Call):
            if read_call(given, inner.keywords, owner).sum is not WeightsOnly.TRUE:
                return False
            called += 1
        elif isinstance(inner, ast.Assign) and (words := _kept_as(inner)):
            kept |= words
        elif isinstance(inner, ast.Return) and isinstance(module.parent(call), ast.Expr):
            continue  # a decorator that registers it, and gives it back to nobody
        elif not (isinstance(inner, ast.Call) and is_harmless(inner, owner)):
            return False
    return _says_true_kept(kept, (owner, module)) if kept else called > 0


def _given_behind(use: ast.expr, call: ast.AST | None, module: Module) -> list[ast.expr] | None:
    """The other arguments where it is called, or made a partial of; None where neither is done."""
    if isinstance(call, ast.Call) and call.func is use:
        return call.args
    if not (isinstance(call, ast.Call) and call.args[:1] == [use]):
        return None
    binds = any(isinstance(v, Qualified) and v.name in BINDS for v in evaluate(call.func, module))
    return call.args[1:] if binds else None


def _kept_as(statement: ast.Assign) -> set[str]:
    """`self.read = given`, `READERS[kind] = given`: the last word of what has it then; empty for any other target."""
    targets = [t.value if isinstance(t, ast.Subscript) else t for t in statement.targets]
    local = any(isinstance(t, ast.Name) for t in statement.targets)
    return set() if local else {word for t in targets if (word := word_of(t))}


def _says_true_kept(words: Collection[str], modules: Iterable[Module]) -> bool:
    """Whether everything that is called by one of the words, or taken out of it and called, says True."""
    uses = [(use, m) for m in dict.fromkeys(modules) for word in words for use in uses_of_word(word, m)]
    reads = [(use, m) for use, m in uses if not _is_written(use, m)]
    return bool(reads) and all(_says_true_behind(use, m) for use, m in reads)


def _is_written(use: ast.expr, module: Module) -> bool:
    """`READERS[kind] = read`, and the name in `self.read = read`, which is the parameter."""
    parent = module.parent(use)
    if isinstance(parent, ast.Subscript):
        return parent.value is use and not isinstance(parent.ctx, ast.Load)
    named = isinstance(parent, ast.Assign) and parent.value is use and isinstance(use, ast.Name)
    return named and isinstance(parent, ast.Assign) and word_of(use) in _kept_as(parent)


def _told_by_calls(node: ast.expr, call: ast.Call, module: Module) -> bool:
    """Whether what is made of torch.load says True wherever it is called: `load = cached(cache)(torch.load)`,
    `ray.remote(torch.load).remote(path, weights_only=True)`.
    """
    parent = module.parent(call)
    targets = parent.targets if isinstance(parent, ast.Assign) and parent.value is call else []
    named = [n for t in targets if isinstance(t, ast.Name) for n in module.names(t.id) if isinstance(n.ctx, ast.Load)]
    uses: list[ast.expr] = [*named] if targets else [call]
    if not uses or not all(isinstance(t, ast.Name) for t in targets):
        return False
    functions = [v for v in evaluate(call.func, module) if isinstance(v, Function)]
    if not all(_hands_options_on(function, node, call) for function in functions):
        return False
    return all(_says_true_behind(use, module) for use in uses)


def _told_by_test(call: ast.Call, module: Module) -> bool:
    """`@pytest.mark.parametrize("read", [torch.load])` above a test that says True wherever it calls `read`."""
    test = module.parent(call)
    if word_of(call.func) != "parametrize" or not isinstance(test, ast.FunctionDef | ast.AsyncFunctionDef):
        return False
    names = str(call.args[0].value).replace(",", " ").split() if isinstance(call.args[0], ast.Constant) else []
    uses = [use for name in names for use in used_inside(name, test, module)]
    calls = [c for use in uses if isinstance(c := module.parent(use), ast.Call) and c.func is use]
    return bool(calls) and all(read_call(c.args, c.keywords, module).sum is WeightsOnly.TRUE for c in calls)


def _says_true_behind(use: ast.expr, module: Module) -> bool:
    """Whether one of the calls that are made of it says True: `use(...)`, `use.remote(...)`."""
    outer: ast.AST | None = use
    while isinstance(outer, ast.expr) and goes_on(parent := module.parent(outer), outer):
        if isinstance(parent, ast.Call) and read_call(parent.args, parent.keywords, module).sum is WeightsOnly.TRUE:
            return True
        outer = parent
    return False


def _hands_options_on(function: Function, node: ast.expr, call: ast.Call) -> bool:
    """Whether the project's own function calls what it is given with whatever keywords it gets: `f(*a, **k)`."""
    owner = function.module
    uses = used_inside(parameter_given(call, node, function.node), function.node, owner)
    calls = ((owner.parent(use), use) for use in uses)
    return any(isinstance(c, ast.Call) and c.func is use and any(not k.arg for k in c.keywords) for c, use in calls)
