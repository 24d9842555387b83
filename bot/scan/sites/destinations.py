"""Where torch.load goes when it is an argument: which calls only look at it, and what the others pass on to it."""

from __future__ import annotations

import ast
from collections.abc import Iterable

from bot.model import WeightsOnly
from bot.scan.names.arguments import parameter_given, word_of
from bot.scan.names.attributes import SETTERS
from bot.scan.names.evaluate import evaluate
from bot.scan.names.given import BINDS, used_inside
from bot.scan.names.known_calls import TRANSPARENT
from bot.scan.names.module import Module
from bot.scan.names.set_names import names_updated
from bot.scan.names.values import Constant, Dictionary, Function, Qualified, Sequence, Unknown
from bot.scan.names.writes import PUTS
from bot.scan.sites.holding import goes_on
from bot.scan.sites.saying import Saying, read_call, read_dict

HARMLESS = frozenset(
    """isinstance issubclass callable print id repr str type hasattr getattr hash help setattr delattr signature
    getsource getfile getsourcefile getsourcelines getmodule
    getdoc getfullargspec wraps update_wrapper patch object Mock MagicMock
    create_autospec iscoroutinefunction isfunction isbuiltin debug info warning error log len id_ mark
    called_with is_ eq get_type_hints getrefcount dis getclosurevars allow_in_graph disallow_in_graph""".split()
)
"""Calls that look at a function, compare it or put something in its place, by the last word of their name."""
_NO_KEYWORDS = frozenset(
    {"map", "imap", "imap_unordered", "starmap", "map_async", "filter", "run_in_executor", "reduce"}
)
_OPTIONS = ("kwargs", "kwds")
_OPTIONS_AT = {"apply": 2, "apply_async": 2, "Timer": 3}
"""The same by position: a pool's methods, `threading.Timer(seconds, function, args, kwargs)`."""


def is_harmless(call: ast.Call, module: Module) -> bool:
    """Whether the call only looks at its argument."""
    word = word_of(call.func)
    makes_class = word == "type" and len(call.args) == 3
    looks = (word in HARMLESS and not makes_class) or word.startswith(("assert", "is_"))
    if isinstance(module.parent(call), ast.Expr) and _gives_back(call, module):
        return True  # `weakref.ref(torch.load)` by itself: nobody has what it gives
    return looks and not _is_used_inside(call, module)


def _gives_back(call: ast.Call, module: Module) -> bool:
    return any(isinstance(v, Qualified) and v.name in TRANSPARENT for v in evaluate(call.func, module))


def _is_used_inside(call: ast.Call, module: Module) -> bool:
    """Whether it is the project's own function, and calls or gives back what it is given: a decorator called `log`."""
    for function in evaluate(call.func, module):
        if isinstance(function, Function):
            names = [parameter_given(call, argument, function.node) for argument in call.args]
            uses = [use for name in names for use in used_inside(name, function.node, function.module)]
            parents = [(use, function.module.parent(use)) for use in uses]
            if any((isinstance(p, ast.Call) and p.func is use) or isinstance(p, ast.Return) for use, p in parents):
                return True
    return False


def words_set(node: ast.expr, call: ast.Call, module: Module) -> list[str]:
    """The attributes that `setattr(owner, "name", node)` can set, unless torch's own: that is another rule's; the names
    that `globals().update(name=node)` sets.
    """
    if word_of(call.func) == "update" and isinstance(call.func, ast.Attribute) and _is_names_of_module(call.func.value):
        return [name for name, _ in names_updated(call)]
    if word_of(call.func) not in SETTERS or len(call.args) != 3 or call.args[2] is not node:
        return []
    name, owner = call.args[1], word_of(call.args[0])
    words = [v.value for v in evaluate(name, module) if isinstance(v, Constant) and isinstance(v.value, str)]
    return [] if "load" in words or owner in ("torch", "serialization") else words


def put_into(call: ast.Call, module: Module) -> list[str]:
    """The list or dict of the file, if it is one, that `readers.append(...)`, `readers.update(...)` fills."""
    if not (
        isinstance(call.func, ast.Attribute)
        and call.func.attr in PUTS | {"__setitem__"}
        and isinstance(call.func.value, ast.Name)
    ):
        return []
    holders = evaluate(call.func.value, module)
    return [call.func.value.id] if all(isinstance(v, Dictionary | Sequence) for v in holders) else []


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
    """Whether the project's own function that is given torch.load says True wherever it calls it."""
    functions = [v for v in evaluate(call.func, module) if not isinstance(v, Unknown)]
    return bool(functions) and all(isinstance(f, Function) and _says_true(f, node, call) for f in functions)


def _says_true(function: Function, node: ast.expr, call: ast.Call) -> bool:
    owner, called = function.module, 0
    for use in used_inside(parameter_given(call, node, function.node), function.node, owner):
        inner = owner.parent(use)
        if isinstance(inner, ast.Call) and inner.func is use:
            if read_call(inner.args, inner.keywords, owner).sum is not WeightsOnly.TRUE:
                return False
            called += 1
        elif isinstance(inner, ast.Call) and inner.args[:1] == [use] and _is_partial(inner, owner):
            if read_call(inner.args[1:], inner.keywords, owner).sum is not WeightsOnly.TRUE:
                return False
            called += 1
        elif not (isinstance(inner, ast.Call) and is_harmless(inner, owner)):
            return False
    return called > 0


def _is_partial(call: ast.Call, module: Module) -> bool:
    return any(isinstance(v, Qualified) and v.name in BINDS for v in evaluate(call.func, module))


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


def names_of_targets(targets: Iterable[ast.expr]) -> list[str]:
    """The words by which what is assigned can be reached: names, attributes, the dict an item is put in."""
    words: list[str] = []
    rest = list(targets)
    for target in rest:  # grows while it is read
        if isinstance(target, ast.Name):
            words.append(target.id)
        elif isinstance(target, ast.Attribute):
            words.append(target.attr)
        elif isinstance(target, ast.Subscript) and _is_names_of_module(target.value):
            words += [str(target.slice.value)] if isinstance(target.slice, ast.Constant) else []
        elif isinstance(target, ast.Subscript | ast.Starred):
            rest.append(target.value)
        elif isinstance(target, ast.Tuple | ast.List):
            rest += target.elts
    return words


def _is_names_of_module(node: ast.expr) -> bool:
    """`globals()`, whose items are names."""
    return isinstance(node, ast.Call) and word_of(node.func) in ("globals", "locals")
