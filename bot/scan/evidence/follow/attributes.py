"""What `value.name` says of `value`, and where the value goes from there."""

from __future__ import annotations

import ast
from collections.abc import Callable
from typing import TYPE_CHECKING

from bot.scan.evidence.follow import signs
from bot.scan.evidence.follow.asked import is_asked_first
from bot.scan.evidence.follow.signs import Kind, Sign
from bot.scan.evidence.follow.spot import Answer, Spot, label_of, step_into

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
    elif called is not None and node.attr in _OF_ONE and len(called.args) > 1:
        yield spot.says(Kind.OBJECT, f".{node.attr}() of several things, which no list takes")
    elif (kind := kind_of_word(node.attr) if called is not None else _kind_if_read(node, spot)) is not None:
        yield spot.says(kind, f".{node.attr}")
        if called is not None and kind in (Kind.TENSOR, Kind.ARRAY) and node.attr not in _GIVES_OTHERS:
            yield spot.at(called)
    elif node.attr in signs.ARRAY_ALONE:
        yield from _of_arrays(spot, node, called)
    elif node.attr == "data":
        yield spot.at(node)
    elif node.attr not in _OF_ALL:
        yield _of_objects(spot, node, called)


def _of_objects(spot: Spot, node: ast.Attribute, called: ast.Call | None) -> Sign:
    """What an attribute says that no tensor and no container has."""
    if spot.path and spot.path[-1].startswith("«"):
        return spot.says(Kind.ESCAPES, f"goes into what has .{node.attr}")
    if node.attr in signs.SHARD_WORDS and not spot.path:
        return spot.says(Kind.ESCAPES, f".{node.attr}, as of a DTensor")
    if spot.hops and is_asked_first(node.value, spot.module):
        return spot.says(Kind.ESCAPES, f"may have .{node.attr}, as its reader allows")
    return spot.says(Kind.OBJECT, f".{node.attr}{'()' if called is not None else ''}")


def _of_arrays(spot: Spot, node: ast.Attribute, called: ast.Call | None) -> Answer:
    """`loaded.astype(kind)`: a numpy array's, unless the name was given to one on the way."""
    alone = called is not None and _is_bound_once(spot) and not is_asked_first(spot.node, spot.module)
    yield (
        spot.says(Kind.OBJECT, f".{node.attr}(), which no tensor has")
        if alone
        else spot.says(Kind.ARRAY, f".{node.attr}")
    )
    if called is not None:
        yield spot.at(called)


def _move(spot: Spot, called: ast.Call, word: str) -> Answer:
    """`net.cuda()` on a line of its own: what it gives is not used, so it is no tensor's. Deeper in a file that holds
    weights people write it of tensors as well, where it does nothing.
    """
    near = not spot.path or (len(spot.path) == 1 and spot.path[0][1:2] == "'")
    if near and isinstance(spot.module.parent(called), ast.Expr) and word not in _IN_PLACE:
        yield spot.says(Kind.OBJECT, f"is changed by .{word}(), as a module is")
    yield spot.says(Kind.MOVED, f".{word}()")
    yield spot.at(called)


def _is_bound_once(spot: Spot) -> bool:
    """Whether no other value has its name in the function: `if torch.is_tensor(x): x = x.numpy()` gives it one."""
    name, module = spot.node, spot.module
    if not isinstance(name, ast.Name):
        return True
    function = module.function(name)
    stores = (n for n in module.names(name.id) if isinstance(n.ctx, ast.Store) and module.function(n) is function)
    return sum(store.lineno < name.lineno for store in stores) < 2


_GIVES_OTHERS = frozenset("numpy tolist item size dim ndimension numel nelement element_size stride data_ptr".split())
"""What gives no tensor, but an array, a number or a list."""
_OF_ALL = frozenset(
    "__class__ __doc__ __len__ __repr__ __str__ __eq__ __hash__ __contains__ __getitem__ __iter__".split()
)
"""What all that is loaded has, or all containers."""
_PROPERTIES = frozenset(
    "shape dtype ndim T mT real imag itemsize strides nbytes flat device is_cuda grad requires_grad is_sparse layout"
    " grad_fn is_meta is_quantized is_xla is_mps is_xpu is_mkldnn is_nested is_sparse_csr _metadata".split()
)
_MAY_BE_SET = ("_metadata", "requires_grad", "grad")
"""What a tensor lets be set; and where torch keeps versions, on the state dict itself."""
_OF_ONE = frozenset({"append", "add", "discard", "remove", "extend"})
"""Methods of containers and tensors that take one thing; a replay buffer's take a transition."""
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
    if getattr(call.func, "attr", "") == "pop" and label[1:2] in "'\"":
        yield spot.says(Kind.DICT, f"{signs.RID}{label[1:-1]}")
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
