"""Records that hold a value in a field: a namedtuple, a SimpleNamespace."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from bot.scan.evidence.follow.spot import Answer, Spot
from bot.scan.names.arguments import word_of
from bot.scan.names.evaluate import evaluate
from bot.scan.names.module import Module
from bot.scan.names.spelling import spelt
from bot.scan.names.values import Class

if TYPE_CHECKING:
    from bot.scan.project import Project

_MAKERS = ("namedtuple", "NamedTuple", "make_dataclass")


def into_record(spot: Spot, call: ast.Call, place: int | str, project: Project) -> Answer:
    """What is given to `Row(net, 3)` is its field, by name and, in a tuple, by number; nothing if it is no record."""
    name = word_of(call.func)
    if name in ("SimpleNamespace", "Namespace") and isinstance(place, str):
        yield spot.at(call, f"«.{place}")
        return
    if isinstance(place, str) and _is_typed_dict(call.func, spot.module):
        yield spot.at(call, f"«[{place!r}]")
        return
    fields = _fields(name, spot.module) or _imported_fields(name, spot.module, project)
    if isinstance(place, int):
        place = fields[place] if place < len(fields) else ""
    if place in fields:
        yield spot.at(call, f"«.{place}")
        yield spot.at(call, f"«[{fields.index(place)}]")


def _is_typed_dict(maker: ast.expr, module: Module) -> bool:
    """`class Saved(TypedDict)`, whose `Saved(net=net)` is a dict."""
    bases = [spelt(b) for v in evaluate(maker, module) if isinstance(v, Class) for b in v.node.bases]
    return any(base.rpartition(".")[2] == "TypedDict" for base in bases)


def _fields(name: str, module: Module) -> list[str]:
    """The fields of `Row = namedtuple("Row", "net epoch")`; empty where the name is none."""
    for bound in module.names(name):
        statement = module.parent(bound)
        made = statement.value if isinstance(statement, ast.Assign) and bound in statement.targets else None
        if isinstance(made, ast.Call) and word_of(made.func) in _MAKERS:
            return _named(made.args[1]) if len(made.args) > 1 else [k.arg for k in made.keywords if k.arg]
    return []


def _imported_fields(name: str, module: Module, project: Project) -> list[str]:
    """The same in another file, where this one imports the name."""
    found = (a for s in module.of(ast.ImportFrom) for a in s.names if (a.asname or a.name) == name)
    for alias in found:
        source = module.parent(alias)
        if isinstance(source, ast.ImportFrom):
            home = project.resolve(source.module or "", module.path, source.level)
            return _fields(alias.name, home) if home is not None else []
    return []


def _named(fields: ast.expr) -> list[str]:
    """`"net epoch"`, `["net", "epoch"]`, `[("net", object)]`."""
    if isinstance(fields, ast.Constant) and isinstance(fields.value, str):
        return fields.value.replace(",", " ").split()
    items = fields.elts if isinstance(fields, ast.List | ast.Tuple) else []
    names = [item.elts[0] if isinstance(item, ast.Tuple) and item.elts else item for item in items]
    return [str(name.value) for name in names if isinstance(name, ast.Constant)]
