"""What the parent of an expression does with the value that the expression holds: passes it on, or says something of
it. One handler a kind of node; the tables of words are in `signs.py`.
"""

from __future__ import annotations

import ast
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from bot.scan.evidence.follow import leaving, signs
from bot.scan.evidence.follow.arguments import read_argument
from bot.scan.evidence.follow.attributes import read_attribute
from bot.scan.evidence.follow.binding import begins_empty, bind, put_all_into
from bot.scan.evidence.follow.claims import claimed_by_annotation, makes_object
from bot.scan.evidence.follow.handlers import into_handler
from bot.scan.evidence.follow.members import each_into, key_of
from bot.scan.evidence.follow.patterns import read_match
from bot.scan.evidence.follow.signs import Kind
from bot.scan.evidence.follow.spot import CALLED, Answer, Spot, key_put_under, keyed, label_of, step_into
from bot.scan.evidence.follow.spreading import spread
from bot.scan.evidence.ground.reach import reads_of
from bot.scan.names.spelling import spelt

if TYPE_CHECKING:
    from bot.scan.project import Project


def _assign(spot: Spot, parent: Any, project: Project) -> Answer:
    for target in parent.targets:
        yield from bind(spot, target)


def _annotated(spot: Spot, parent: Any, project: Project) -> Answer:
    if spot.node is parent.value:
        yield from claimed_by_annotation(spot, parent.annotation)
        yield from bind(spot, parent.target)


def _named(spot: Spot, parent: Any, project: Project) -> Answer:
    yield from bind(spot, parent.target)
    yield spot.at(parent)


def _pass(spot: Spot, parent: Any, project: Project) -> Answer:
    if getattr(parent, "test", None) is not spot.node:
        yield spot.at(parent)


def _collect(spot: Spot, parent: Any, project: Project) -> Answer:
    if isinstance(spot.node, ast.Starred):  # `[*ours, *theirs]` holds their members
        part = step_into(spot, "each")
        if part is not None:
            yield part.at(parent, "«[*]")
    else:
        yield from into_handler(spot, parent.elts)
        yield spot.at(parent, f"«[{parent.elts.index(spot.node)}]")


def _display(spot: Spot, parent: Any, project: Project) -> Answer:
    if spot.node in parent.values:
        key = parent.keys[parent.values.index(spot.node)]
        yield spot.at(parent) if key is None else spot.at(parent, f"«{label_of(key, spot.module)}")


def _element(spot: Spot, parent: Any, project: Project) -> Answer:
    yield spot.at(parent, "«[*]")


def _dict_element(spot: Spot, parent: Any, project: Project) -> Answer:
    if spot.node is parent.value:
        yield keyed(spot, parent)


def _loop(spot: Spot, parent: Any, project: Project) -> Answer:
    if spot.node is parent.iter:
        part = step_into(spot, "each")
        if part is not None:
            yield from bind(part, parent.target)


def _attribute(spot: Spot, parent: Any, project: Project) -> Answer:
    yield from read_attribute(spot, parent, project)
    call = spot.module.parent(parent)
    key = key_of(call) if parent.attr == "sort" and isinstance(call, ast.Call) and call.func is parent else None
    if key is not None:
        yield from each_into(spot, key, 0)


def _call(spot: Spot, parent: Any, project: Project) -> Answer:
    if spot.node is parent.func and spot.path and spot.path[-1] == CALLED:
        yield spot._replace(node=parent, path=spot.path[:-1])
    elif spot.node is parent.func:
        yield spot.says(Kind.OBJECT, "is called")
    elif isinstance(spot.node, ast.Starred):  # each of its members is an argument
        part = step_into(spot, "each")
        if part is not None:
            yield from read_argument(part, parent, parent.args.index(spot.node), project)
    else:
        yield from read_argument(spot, parent, parent.args.index(spot.node), project)


def _keyword(spot: Spot, parent: Any, project: Project) -> Answer:
    call = spot.module.parent(parent)
    if isinstance(call, ast.Call):
        if parent.arg is None and (key := key_put_under(spot)):
            yield from read_argument(spot._replace(path=spot.path[:-1]), call, key, project)
        elif parent.arg is None:
            yield spot.says(Kind.DICT, "is spread as keywords")
            yield from spread(spot, call, project)
        else:
            yield from read_argument(spot, call, parent.arg, project)


def _subscript(spot: Spot, parent: Any, project: Project) -> Answer:
    if spot.node is parent.slice:
        declares = isinstance(spot.module.parent(parent), ast.arg)
        yield from leaving.be_annotated(spot, parent) if declares else (spot.says(Kind.PLAIN, "is used as an index"),)
    elif not isinstance(parent.ctx, ast.Load):
        rid = isinstance(parent.ctx, ast.Del)
        yield spot.says(Kind.DICT, f"{signs.RID}{spelt(parent.slice)}" if rid else "an item is set")
    elif isinstance(parent.slice, ast.Slice):
        yield spot.at(parent)
    elif isinstance(parent.slice, ast.Tuple) and not any(map(_is_text, parent.slice.elts)):
        yield spot.says(Kind.ARRAY, "is indexed in several dimensions")
        if any(isinstance(each, ast.Slice) for each in parent.slice.elts):  # a slice of it, and of its kind
            yield spot.at(parent)
    else:
        label = label_of(parent.slice, spot.module)
        if signs.PARAMETER_KEY.search(label[1:-1].strip("'\"")):
            yield spot.says(Kind.WEIGHTS, f"has the key {label}")
        part = step_into(spot, label)
        if part is not None:
            yield part._replace(node=parent)


def _operate(spot: Spot, parent: Any, project: Project) -> Answer:
    if isinstance(parent.op, ast.Div) and spot.node is parent.left and _is_text(parent.right):
        yield spot.says(Kind.OBJECT, "is a Path that something is put behind")
        return
    yield spot.says(Kind.PLAIN, "is calculated with")
    if spot.path and spot.path[-1].startswith("«"):  # a list it was put into
        yield spot.at(parent)


def _is_text(node: ast.expr) -> bool:
    return isinstance(node, ast.JoinedStr) or (isinstance(node, ast.Constant) and isinstance(node.value, str))


def _grow(spot: Spot, parent: Any, project: Project) -> Answer:
    """`held += [value]`, and `held += value` where what is held began as an empty list."""
    yield spot.says(Kind.PLAIN, "is calculated with")
    if not (spot.path and spot.path[-1].startswith("«")) and begins_empty(parent.target, spot.module):
        yield from put_all_into(spot, parent.target)
    if spot.path and spot.path[-1].startswith("«") and isinstance(parent.target, ast.Name):
        for read in reads_of(parent.target, spot.module):
            yield spot.at(read)._replace(path=(*spot.path[:-1], "«[*]"))


def _compare(spot: Spot, parent: Any, project: Project) -> Answer:
    if spot.node in parent.comparators and isinstance(parent.ops[0], ast.In | ast.NotIn):
        left = parent.left
        if isinstance(left, ast.Constant) and signs.PARAMETER_KEY.search(str(left.value)):
            yield spot.says(Kind.WEIGHTS, f"is asked for {left.value!r}")
        for asked in _literals_of(left, spot):
            yield spot.says(Kind.DICT, f"is asked for {spelt(asked)[:60]}")
    elif not isinstance(parent.ops[0], ast.Is | ast.IsNot):
        other = parent.comparators[0] if spot.node is parent.left else parent.left
        if isinstance(other, ast.Call) and makes_object(other, spot.module):
            yield spot.says(Kind.OBJECT, f"is compared with what {spelt(other.func)} makes")
        number = isinstance(other, ast.Constant) and other.value is not None and len(parent.ops) == 1
        yield (
            spot.says(Kind.PLAIN, f"{signs.COMPARED}{other.value}")
            if number
            else spot.says(Kind.COMPARED, "is compared")
        )


def _literals_of(left: ast.expr, spot: Spot) -> list[ast.expr]:
    """`key in loaded` under `for key in ("state", "state_dict")` asks for both."""
    if not isinstance(left, ast.Name):
        return [left]
    loops = (spot.module.parent(n) for n in spot.module.names(left.id) if isinstance(n.ctx, ast.Store))
    for loop in loops:
        if not isinstance(loop, ast.For | ast.comprehension):
            continue
        names = loop.iter
        if isinstance(names, ast.Tuple | ast.List) and spot.module.function(names) is spot.module.function(left):
            return list(names.elts)
    return [left]


def _match(spot: Spot, parent: Any, project: Project) -> Answer:
    yield from read_match(spot, parent)


def _print(spot: Spot, parent: Any, project: Project) -> Answer:
    yield from ()


_Handler = Callable[[Spot, Any, "Project"], Answer]
PARENTS: dict[type[ast.AST] | type[None], _Handler] = {
    ast.Assign: _assign,
    ast.AnnAssign: _annotated,
    ast.NamedExpr: _named,
    ast.IfExp: _pass,
    ast.BoolOp: _pass,
    ast.Await: _pass,
    ast.Starred: _pass,
    ast.Tuple: _collect,
    ast.List: _collect,
    ast.Set: _collect,
    ast.Dict: _display,
    ast.ListComp: _element,
    ast.SetComp: _element,
    ast.GeneratorExp: _element,
    ast.DictComp: _dict_element,
    ast.For: _loop,
    ast.AsyncFor: _loop,
    ast.comprehension: _loop,
    ast.Attribute: _attribute,
    ast.Call: _call,
    ast.keyword: _keyword,
    ast.Subscript: _subscript,
    ast.BinOp: _operate,
    ast.UnaryOp: _print,
    ast.AugAssign: _grow,
    ast.Compare: _compare,
    ast.Return: leaving.give_back,
    ast.Yield: leaving.hand_out,
    ast.YieldFrom: leaving.hand_on,
    ast.Lambda: leaving.give_by_lambda,
    ast.arguments: leaving.be_default,
    ast.FormattedValue: _print,
    ast.withitem: leaving.enter_with,
    ast.Match: _match,
}
