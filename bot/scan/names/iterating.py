"""Built-in calls that go through lists: `next`, `enumerate`, `zip`, `map`, `filter`."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterable

from bot.scan.names import folding
from bot.scan.names.attributes import item_of
from bot.scan.names.imports import imported_module
from bot.scan.names.module import Module
from bot.scan.names.values import Constant, Evaluate, Qualified, Sequence, Unknown, Value

BY_NAME = frozenset(
    """importlib.import_module importlib.__import__ builtins.__import__ pytest.importorskip pydoc.locate
    pkgutil.resolve_name hydra.utils.get_method hydra.utils.get_object hydra.utils.get_class
    django.utils.module_loading.import_string werkzeug.utils.import_string importlib.util.find_spec""".split()
)
"""What imports, or looks up, by a name as text."""


def second(call: ast.Call, module: Module, of: Evaluate) -> Iterable[Value]:
    return of(call.args[1], module) if len(call.args) > 1 else (Unknown(),)


def _next(call: ast.Call, module: Module, of: Evaluate) -> Iterable[Value]:
    values = [v for a in call.args[:1] for v in of(a, module)]
    return [v for value in values for v in (item_of(value) if isinstance(value, Sequence) else (value,))]


def _counted(call: ast.Call, module: Module, of: Evaluate) -> Iterable[Value]:
    """`enumerate(readers)`: pairs of a number and an item."""
    values = of(call.args[0], module) if call.args else ()
    counted = [v for v in values if isinstance(v, Sequence)]
    return [Sequence(tuple((Sequence(((Unknown(),), i)),) for i in v.items)) for v in counted] or (Unknown(),)


def _mapped(call: ast.Call, module: Module, of: Evaluate) -> Iterable[Value]:
    """`map(import_module, ("torch", "numpy"))`: the modules; `map(chr, (108, 111, 97, 100))`: the letters."""
    if len(call.args) != 2:
        return (Unknown(),)
    names = [v.name for v in of(call.args[0], module) if isinstance(v, Qualified)]
    lists = [v for v in of(call.args[1], module) if isinstance(v, Sequence)]
    return [
        Sequence(tuple(tuple(_given(name, v, module) for v in item) for item in each.items))
        for each in lists
        for name in names
        if name in BY_NAME or name in folding.FUNCTIONS
    ] or (Unknown(),)


def _given(name: str, value: Value, module: Module) -> Value:
    if name in BY_NAME:
        return imported_module(str(value.value), module) if isinstance(value, Constant) else Unknown()
    return folding.function(name, [value]) or Unknown()


def _zipped(call: ast.Call, module: Module, of: Evaluate) -> Iterable[Value]:
    """`zip(paths, readers)`: as many tuples as the lists that can be seen have items."""
    columns = [next((v.items for v in of(a, module) if isinstance(v, Sequence)), None) for a in call.args]
    length = min((len(column) for column in columns if column is not None), default=0)
    rows = [tuple(column[row] if column is not None else (Unknown(),) for column in columns) for row in range(length)]
    return [Sequence(tuple((Sequence(row),) for row in rows))] if rows else (Unknown(),)


ITERATING: dict[str, Callable[[ast.Call, Module, Evaluate], Iterable[Value]]] = {
    "builtins.next": _next,
    "builtins.filter": second,
    "builtins.enumerate": _counted,
    "builtins.zip": _zipped,
    "builtins.map": _mapped,
}
