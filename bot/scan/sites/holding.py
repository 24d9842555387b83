"""Small questions the search asks of a node and of a value."""

from __future__ import annotations

import ast
from collections.abc import Collection, Iterator

from bot.scan.names.evaluate import evaluate
from bot.scan.names.module import Module
from bot.scan.names.values import Dictionary, Getter, Parameter, Partial, Qualified, Sequence, Value, is_load


def gets_other(name: ast.Name, module: Module) -> bool:
    """`getattr(x, "something_else")`: not worth finding out what x is."""
    call = module.parent(name)
    if name.id != "getattr" or not isinstance(call, ast.Call) or call.func is not name or len(call.args) < 2:
        return False
    return isinstance(call.args[1], ast.Constant) and call.args[1].value != "load"


def aliases(module: Module, words: Collection[str]) -> Iterator[str]:
    """Names given on import to `load`, or to what the project exports it as."""
    for statement in module.of(ast.ImportFrom):
        yield from (a.asname for a in statement.names if a.asname and (a.name == "load" or a.name in words))


def patches_torch(target: ast.expr, module: Module) -> bool:
    """Whether an assignment replaces torch.load itself: that is another rule's business."""
    if not isinstance(target, ast.Attribute) or target.attr != "load":
        return False
    return any(
        isinstance(v, Qualified) and v.name in ("torch", "torch.serialization") for v in evaluate(target.value, module)
    )


def defaults(values: tuple[Value, ...]) -> tuple[Value, ...]:
    """A parameter counts as what its default can be, besides whatever a caller gives."""
    return tuple(
        v for value in values for v in (value.default if isinstance(value, Parameter) and value.default else (value,))
    )


def through_partial(value: Value) -> bool:
    while isinstance(value, Partial):
        value = value.function
        if is_load(value):
            return True
    return False


def holds(value: Value, depth: int = 3) -> bool:
    """Whether a dict or list has torch.load in it."""
    if depth and isinstance(value, Dictionary):
        return any(is_load(v) or through_partial(v) or holds(v, depth - 1) for v in value.all_values())
    if depth and isinstance(value, Sequence):
        return any(is_load(v) or through_partial(v) or holds(v, depth - 1) for item in value.items for v in item)
    return False


def is_overwritten(word: str, origin: ast.expr, module: Module) -> bool:
    """Whether a dict does not hold torch.load any more where it is used last: `readers.update(pt=json.load)`."""
    later = [n for n in module.names(word) if isinstance(n.ctx, ast.Load) and position(n) > position(origin)]
    values = evaluate(max(later, key=position), module) if later else ()
    return bool(values) and all(isinstance(v, Dictionary) and not holds(v) for v in values)


def position(node: ast.expr | ast.stmt) -> tuple[int, int]:
    """Where an expression begins, for comparing two."""
    return node.lineno, node.col_offset


def calls_load(value: Value) -> bool:
    """`methodcaller("load", path)`: torch.load, once it is given torch."""
    return isinstance(value, Getter) and value.call is not None and value.attribute == "load"


def gets_load(value: Value) -> bool:
    """`methodcaller("load", path)`, `attrgetter("load")`, `itemgetter("load")`: it matters what that is given."""
    return isinstance(value, Getter) and value.attribute.rpartition(".")[2] == "load"


def goes_on(parent: ast.AST | None, node: ast.expr) -> bool:
    """Whether `parent` is something looked up in `node`, or made by calling it."""
    if isinstance(parent, ast.Call):
        return parent.func is node
    return isinstance(parent, ast.Subscript | ast.Attribute | ast.Await) and parent.value is node


def passes_on(parent: ast.AST | None, node: ast.expr) -> bool:
    """Whether `parent` is an expression that is, or holds, what `node` is."""
    if isinstance(parent, ast.IfExp):
        return parent.test is not node
    if isinstance(parent, ast.Dict):  # a key is only a name for something
        return node in parent.values
    if isinstance(parent, ast.DictComp):
        return parent.value is node
    if isinstance(parent, ast.Lambda):
        return parent.body is node
    if isinstance(parent, ast.BinOp):  # `{".npy": read} | {".pt": torch.load}`, `[torch.load] * 2`
        return isinstance(parent.op, ast.BitOr | ast.Add | ast.Mult)
    return isinstance(
        parent,
        ast.BoolOp
        | ast.Tuple
        | ast.List
        | ast.Set
        | ast.ListComp
        | ast.SetComp
        | ast.GeneratorExp
        | ast.Starred
        | ast.Await,
    )


def parameters_with_default(arguments: ast.arguments, node: ast.expr) -> list[str]:
    positional = [*arguments.posonlyargs, *arguments.args]
    pairs = [*zip(reversed(positional), reversed(arguments.defaults), strict=False)]
    pairs += [(a, d) for a, d in zip(arguments.kwonlyargs, arguments.kw_defaults, strict=True) if d is not None]
    return [argument.arg for argument, default in pairs if default is node]
