"""What `value.name` says of `value`, and where the value goes from there."""

from __future__ import annotations

import ast
from collections.abc import Callable
from typing import TYPE_CHECKING

from bot.scan.evidence.follow import signs
from bot.scan.evidence.follow.signs import Kind
from bot.scan.evidence.follow.spot import Answer, Spot, label_of, step_into
from bot.scan.names.module import Module

if TYPE_CHECKING:
    from bot.scan.project import Project


def read_attribute(spot: Spot, node: ast.Attribute, project: Project) -> Answer:
    """`spot.node` is the value of the attribute `node`."""
    if spot.path and spot.path[-1].startswith("«."):  # a field of a record, see `records.py`
        if spot.path[-1] == f"«.{node.attr}":
            yield spot._replace(node=node, path=spot.path[:-1])
        return
    call = spot.module.parent(node)
    called = call if isinstance(call, ast.Call) and call.func is node else None
    if isinstance(node.ctx, ast.Store | ast.Del):
        if node.attr in _MAY_BE_SET:
            return
        yield spot.says(Kind.OBJECT, f"its attribute .{node.attr} is set")
    elif called is not None and node.attr in _METHODS:
        yield from _METHODS[node.attr](spot, called)
    elif called is not None and node.attr in signs.MOVES:
        yield from _move(spot, called, node.attr)
    elif (kind := kind_of_word(node.attr) if called is not None else _kind_if_read(node, spot)) is not None:
        yield spot.says(kind, f".{node.attr}")
        if called is not None and kind in (Kind.TENSOR, Kind.ARRAY):
            yield spot.at(called)
    elif node.attr == "data":
        yield spot.at(node)
    elif node.attr in signs.SHARD_WORDS and not spot.path:
        yield spot.says(Kind.ESCAPES, f".{node.attr}, as of a DTensor")
    elif spot.hops and _is_asked_first(node, spot.module):
        yield spot.says(Kind.ESCAPES, f"may have .{node.attr}, as its reader allows")
    else:
        yield spot.says(Kind.OBJECT, f".{node.attr}{'()' if called is not None else ''}")


def _move(spot: Spot, called: ast.Call, word: str) -> Answer:
    """`net.cuda()` on a line of its own: what it gives is not used, so it is no tensor's. Deeper in a file that holds
    weights people write it of tensors as well, where it does nothing.
    """
    near = not spot.path or (len(spot.path) == 1 and spot.path[0][1:2] == "'")
    if near and isinstance(spot.module.parent(called), ast.Expr) and word not in _IN_PLACE:
        yield spot.says(Kind.OBJECT, f".{word}() changes it, as it does a module")
    yield spot.says(Kind.MOVED, f".{word}()")
    yield spot.at(called)


_PROPERTIES = frozenset(
    "shape dtype ndim T mT real imag itemsize strides nbytes flat device is_cuda grad requires_grad is_sparse layout"
    " grad_fn is_meta is_quantized is_xla is_mps is_xpu is_mkldnn is_nested is_sparse_csr _metadata".split()
)
_MAY_BE_SET = ("_metadata", "requires_grad", "grad")
"""What a tensor lets be set; and where torch keeps versions, on the state dict itself."""
_IN_PLACE = ("requires_grad_", "type")
"""Of what moves or converts, this changes a tensor too; all else gives another tensor, and changes a module alone."""
_READS_ON = ast.Attribute | ast.Subscript | ast.BinOp | ast.Compare | ast.FormattedValue


def _kind_if_read(node: ast.Attribute, spot: Spot) -> Kind | None:
    """What an attribute says that is not called: `args.dim`, `frame.values[0]` are no tensor's and no dict's methods.

    A tensor's methods are hardly ever handed on; a dict's, a list's and a string's are (`key=counts.get`).
    """
    kind = kind_of_word(node.attr)
    if node.attr in _PROPERTIES or kind is None:
        return kind
    if node.attr == "size":  # a number of numpy's arrays
        return Kind.ARRAY
    handed_on = kind in (Kind.DICT, Kind.PLAIN) and not isinstance(spot.module.parent(node), _READS_ON)
    return kind if handed_on else Kind.OBJECT


def _is_asked_first(read: ast.Attribute, module: Module) -> bool:
    """`if isinstance(x, Module): x.state_dict()` in a function that takes this and that: here it may be that."""
    text, child = ast.unparse(read.value), module.parent(read)
    while child is not None and not isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda):
        if isinstance(child, ast.If | ast.IfExp) and not _holds(child.test, read):
            asked = (n for n in ast.walk(child.test) if isinstance(n, ast.Call) and n.args)
            if any(ast.unparse(n.func) in _ASKS and ast.unparse(n.args[0]) == text for n in asked):
                return True
        child = module.parent(child)
    return False


def _holds(node: ast.AST, part: ast.AST) -> bool:
    return any(each is part for each in ast.walk(node))


def kind_of_word(word: str) -> Kind | None:
    """What having an attribute of this name says; None where it is a live object's."""
    for words, kind in _WORDS:
        if word in words:
            return kind
    in_place = word.endswith("_") and kind_of_word(word[:-1]) in (Kind.TENSOR, Kind.ARRAY)  # torch's way to name it
    return Kind.TENSOR if in_place else None


_WORDS = (
    (signs.TENSOR_WORDS, Kind.TENSOR),
    (signs.ARRAY_WORDS, Kind.ARRAY),
    (signs.DICT_METHODS, Kind.DICT),
    (signs.LIST_METHODS, Kind.DICT),
    (signs.STRING_METHODS, Kind.PLAIN),
)


def _items(spot: Spot, call: ast.Call) -> Answer:
    yield spot.says(Kind.DICT, ".items()")
    yield spot.at(call, "items")


def _values(spot: Spot, call: ast.Call) -> Answer:
    yield spot.says(Kind.DICT, ".values()")
    yield spot.at(call, "values")


def _take(spot: Spot, call: ast.Call) -> Answer:
    if not call.args:
        if spot.path and spot.path[-1].startswith("«["):  # `queue.get()`, `stack.pop()`
            yield spot._replace(node=call, path=spot.path[:-1])
        return
    label = label_of(call.args[0], spot.module)
    if signs.PARAMETER_KEY.search(label[1:-1].strip("'\"")):
        yield spot.says(Kind.WEIGHTS, f"has the key {label}")
    part = step_into(spot, label)
    if part is not None:
        yield part._replace(node=call)


def _same(spot: Spot, call: ast.Call) -> Answer:
    yield spot.at(call)


def _encode(spot: Spot, call: ast.Call) -> Answer:
    """Text becomes bytes, and bytes text, by the name of an encoding; what encodes anything else is a tokenizer."""
    given = call.args[0] if call.args else None
    text = given is None or (isinstance(given, ast.Constant) and str(given.value).lower() in _ENCODINGS)
    name = getattr(call.func, "attr", "")
    yield spot.says(Kind.PLAIN if text else Kind.OBJECT, f".{name}()")


_ASKS = ("isinstance", "hasattr")
_ENCODINGS = frozenset("utf-8 utf8 utf_8 ascii latin-1 latin1 iso-8859-1 utf-16 cp1252".split())
_METHODS: dict[str, Callable[[Spot, ast.Call], Answer]] = {
    "items": _items,
    "values": _values,
    "get": _take,
    "get_nowait": _take,
    "popleft": _take,
    "encode": _encode,
    "decode": _encode,
    "pop": _take,
    "setdefault": _take,
    "copy": _same,
    "clone": _same,
}
