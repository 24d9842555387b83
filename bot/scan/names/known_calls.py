"""Calls whose result can be told without running them: getattr, imports by name, partial, own functions."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterable
from functools import partial

from bot.scan.names import folding
from bot.scan.names.attributes import attribute_of, class_of, stands_in
from bot.scan.names.bound import bound_values
from bot.scan.names.by_path import module_at
from bot.scan.names.decoding import DECODED
from bot.scan.names.dict_calls import default_dict, dict_from_keys, dict_made, record
from bot.scan.names.getters import attribute_getter, got, item_getter, method_caller
from bot.scan.names.given import given_by_callers
from bot.scan.names.imports import imported_module
from bot.scan.names.inner import parse_text
from bot.scan.names.iterating import BY_NAME, ITERATING, second
from bot.scan.names.lookup import find_bindings
from bot.scan.names.methods import method_values
from bot.scan.names.module import Module
from bot.scan.names.returned import returned
from bot.scan.names.values import (
    LOADS,
    AnyKey,
    Class,
    Constant,
    Dictionary,
    Evaluate,
    Function,
    Getter,
    Instance,
    Item,
    Parameter,
    Partial,
    Qualified,
    Sequence,
    Unknown,
    Value,
)

TRANSPARENT = frozenset(
    """builtins.staticmethod builtins.classmethod functools.cache functools.lru_cache joblib.delayed dask.delayed
    contextlib.nullcontext contextlib.closing importlib.util.module_from_spec importlib.reload
    torch.no_grad torch.inference_mode copy.copy copy.deepcopy inspect.unwrap builtins.iter builtins.list
    builtins.tuple builtins.sorted builtins.set builtins.reversed builtins.frozenset types.MappingProxyType
    ray.put ray.get weakref.ref enum.member enum.nonmember types.FunctionType
    torch.compiler.disable torch._dynamo.disable torch.jit.ignore torch.jit.unused""".split()
)
"""What gives back its first argument, or something that is called and indexed as it is."""
_NAMED = frozenset({"torch", "torch.serialization", *LOADS})


def call_values(call: ast.Call, module: Module, of: Evaluate) -> Iterable[Value]:
    """What the call can give."""
    found: list[Value] = []
    for function in of(call.func, module):
        found += _result(function, call, module, of)
    if all(isinstance(v, Unknown) for v in found) and isinstance(call.func, ast.Attribute):
        found = [v for base in of(call.func.value, module) for v in method_values(base, call, module, of)] or found
    if all(isinstance(v, Unknown) for v in found):
        found = list(_import_by_hand(call, module, of)) or list(record(call, module, of)) or found
    if found and all(isinstance(v, Instance) and stands_in(v) for v in found):  # `torch = Deferred("torch")`
        found += _named_torch(call)
    return found


def _result(function: Value, call: ast.Call, module: Module, of: Evaluate) -> Iterable[Value]:
    if isinstance(function, Qualified):
        return _library_call(function, call, module, of)
    if isinstance(function, Function):
        torch = _named_torch(call)  # `optional("torch")`
        return (*returned(function, call, module, of), *(torch if torch and _imports_by_name(function) else ()))
    if isinstance(function, Class):
        return (Instance(function),)
    if isinstance(function, Dictionary):  # what `type(name, bases, {...})` made
        return (function,)
    if isinstance(function, Getter):
        return got(function, call, module, of)
    if isinstance(function, Parameter) and function.default:
        return [v for default in function.default for v in _result(default, call, module, of)]
    return (Unknown(),)


def _library_call(function: Qualified, call: ast.Call, module: Module, of: Evaluate) -> Iterable[Value]:
    name = function.name
    special = _SPECIAL.get(name)
    if special:
        return special(call, module, of)
    if name in BY_NAME:
        return _imported(call, module, of, name)
    if call.args and (name in TRANSPARENT or name == "tenacity.retry"):
        return of(call.args[0], module)
    if name in TRANSPARENT or name in ("functools.wraps", "tenacity.retry", "backoff.on_exception"):
        return (Qualified("functools.cache"),)  # `lru_cache(maxsize=4)`: a decorator that changes nothing of interest
    return (Unknown(name),)


def _getattr(call: ast.Call, module: Module, of: Evaluate) -> Iterable[Value]:
    if len(call.args) < 2:
        return (Unknown(),)
    said = [g for v in of(call.args[1], module) for g in _given(v, of)]
    names = [v.value for v in said if isinstance(v, Constant) and isinstance(v.value, str)]
    found = [v for base in of(call.args[0], module) for name in names for v in attribute_of(base, name, of)]
    return (*found, *(of(call.args[2], module) if len(call.args) > 2 else ())) or (Unknown(),)


def _given(value: Value, of: Evaluate) -> Iterable[Value]:
    """A name that a parameter stands for: what callers in the file give, or its default."""
    return (*value.default, *given_by_callers(value, of)) if isinstance(value, Parameter) else (value,)


def _reduce(call: ast.Call, module: Module, of: Evaluate) -> Iterable[Value]:
    """`functools.reduce(getattr, ["serialization", "load"], torch)`: one name after the other is looked up."""
    looks_up = call.args and any(
        isinstance(v, Qualified) and v.name == "builtins.getattr" for v in of(call.args[0], module)
    )
    if not looks_up or len(call.args) != 3:
        return (Unknown(),)
    found = list(of(call.args[2], module))
    for names in of(call.args[1], module):
        for name in names.items if isinstance(names, Sequence) else ():
            texts = [v.value for v in name if isinstance(v, Constant) and isinstance(v.value, str)]
            found = [v for base in found for text in texts for v in attribute_of(base, text, of)]
    return found or (Unknown(),)


def _imported(call: ast.Call, module: Module, of: Evaluate, name: str) -> Iterable[Value]:
    argument = call.args[0] if call.args else next((k.value for k in call.keywords if k.arg in ("name", "path")), None)
    found: list[Value] = []
    for value in of(argument, module) if argument is not None else ():
        if isinstance(value, Constant) and isinstance(value.value, str):
            dotted = value.value.replace(":", ".")
            within = call.args[1:2] or [k.value for k in call.keywords if k.arg == "package"]
            if dotted.startswith(".") and within:
                package = of(within[0], module)[0]
                dotted = f"{package.value}{dotted}" if isinstance(package, Constant) else dotted
            whole = name.endswith("__import__") and not call.keywords and len(call.args) < 4
            found.append(imported_module(dotted.partition(".")[0] if whole else dotted, module))
    return found or (Unknown(),)


def _import_by_hand(call: ast.Call, module: Module, of: Evaluate) -> Iterable[Value]:
    """`lazy_import("torch")`, `LazyLoader("torch")`, `lazy.load("torch")`: a name says import, a text says torch."""
    said = " ".join(_words(call.func)).lower()
    if not any(word in said for word in ("import", "lazy")):
        return ()
    return _named_torch(call)


def _imports_by_name(function: Function) -> bool:
    """Whether a function of the project says `import_module(name)` or `__import__(name)`."""
    owner = function.module
    words = [node for word in ("import_module", "__import__") for node in (*owner.names(word), *owner.attributes(word))]
    return any(owner.function(node) is function.node for node in words)


def _named_torch(call: ast.Call) -> list[Value]:
    texts = [a.value for a in call.args if isinstance(a, ast.Constant) and isinstance(a.value, str)]
    return [Qualified(text) for text in texts if text in _NAMED]


def _words(function: ast.expr) -> Iterable[str]:
    while isinstance(function, ast.Attribute):
        yield function.attr
        function = function.value
    if isinstance(function, ast.Name):
        yield function.id


def _partial(call: ast.Call, module: Module, of: Evaluate) -> Iterable[Value]:
    if not call.args:
        return (Unknown(),)
    return [Partial(value, call, module) for value in of(call.args[0], module)]


def _vars(call: ast.Call, module: Module, of: Evaluate) -> Iterable[Value]:
    bases = of(call.args[0], module) if call.args else ()
    return [Qualified(f"{b.name}.__dict__", b.ambiguous) for b in bases if isinstance(b, Qualified)] or (Unknown(),)


def _folded(call: ast.Call, module: Module, of: Evaluate, name: str) -> Iterable[Value]:
    """`bool(x)`, `len("ab")`, of each value by itself."""
    values = of(call.args[0], module) if len(call.args) == 1 and not call.keywords else (Unknown(),)
    kept = Parameter if name == "builtins.bool" else ()  # `bool(safe)` is what `safe` is where it is asked whether
    return [v if isinstance(v, kept) else folding.function(name, [v]) or Unknown() for v in values]


def _field(call: ast.Call, module: Module, of: Evaluate) -> Iterable[Value]:
    default = next((k.value for k in call.keywords if k.arg == "default"), None)
    return of(default, module) if default is not None else (Unknown(),)


def _property(call: ast.Call, module: Module, of: Evaluate) -> Iterable[Value]:
    """`read = property(lambda self: torch.load)`: what its function gives."""
    functions = [v for a in call.args[:1] for v in of(a, module) if isinstance(v, Function)]
    return [v for function in functions for v in returned(function, call, module, of)] or (Unknown(),)


def _globals(call: ast.Call, module: Module, of: Evaluate) -> Iterable[Value]:
    """`globals()["torch"]`: the module's imports, as a dict in which there is more."""
    items = [
        Item(name, tuple(v for owner, b in found for v in bound_values(b, owner, of)))
        for name in ("torch", "load")
        if (found := find_bindings(name, call, module))
    ]
    return (Dictionary((Item(AnyKey.ANY, ()), *items)),)


def _eval(call: ast.Call, module: Module, of: Evaluate) -> Iterable[Value]:
    """`eval("torch.load")`: the expression in the text."""
    texts = [v.value for v in of(call.args[0], module) if isinstance(v, Constant)] if call.args else []
    found: list[Value] = []
    for text in texts:
        inner = parse_text(text, module, call) if isinstance(text, str) and len(text) < 1000 else None
        body = inner.tree.body if inner else []
        if inner and len(body) == 1 and isinstance(body[0], ast.Expr):
            found += of(body[0].value, inner)
    return found or (Unknown(),)


_SPECIAL: dict[str, Callable[[ast.Call, Module, Evaluate], Iterable[Value]]] = {
    "builtins.getattr": _getattr,
    "inspect.getattr_static": _getattr,
    "functools.reduce": _reduce,
    "functools.partial": _partial,
    "functools.partialmethod": _partial,
    "operator.attrgetter": attribute_getter,
    "operator.methodcaller": method_caller,
    "operator.itemgetter": item_getter,
    "builtins.vars": _vars,
    "inspect.getmembers": _vars,
    "builtins.dict": dict_made,
    "builtins.dict.fromkeys": dict_from_keys,
    "collections.defaultdict": default_dict,
    "collections.OrderedDict": dict_made,
    "collections.ChainMap": dict_made,
    "types.SimpleNamespace": dict_made,
    **{name: partial(_folded, name=name) for name in folding.FUNCTIONS},
    "builtins.property": _property,
    "builtins.type": class_of,
    "importlib.util.spec_from_file_location": module_at,
    "importlib.machinery.SourceFileLoader": module_at,
    "imp.load_source": module_at,
    "typing.cast": second,
    "dataclasses.field": _field,
    "builtins.eval": _eval,
    "builtins.globals": _globals,
    "builtins.locals": _globals,
    **ITERATING,
    **DECODED,
}
