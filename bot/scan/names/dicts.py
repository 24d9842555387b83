"""Dicts and lists filled after they are made: `options["weights_only"] = True`, `update`, `setdefault`, `append`."""

from __future__ import annotations

import ast
from collections.abc import Iterable
from collections.abc import Sequence as Several

from bot.scan.names.bound import LONGEST, export_values, some_of
from bot.scan.names.executed import executed, names_bound
from bot.scan.names.lookup import exported, find_bindings
from bot.scan.names.module import Module
from bot.scan.names.scopes import Binding
from bot.scan.names.values import AnyKey, Constant, Dictionary, Evaluate, Item, Parameter, Sequence, Unknown, Value

PUTS = frozenset({"update", "setdefault", "append", "extend", "insert"})
"""Methods that put something into a dict or list."""
_TAKES = frozenset({"pop", "popitem", "clear", "__delitem__", "__setitem__"})

_DEEP = 4
"""Dicts inside dicts beyond which nobody follows what is put into them."""
_MANY = 60
"""Writes to one name in one file beyond which nobody follows them: generated code."""
_ENTANGLED = 6
"""Of these, those that put a thing into itself, beyond which none of these is followed."""


def key_of(values: tuple[Value, ...]) -> object:
    """The one constant a key is, or ANY."""
    if len(values) == 1 and isinstance(values[0], Constant):
        return values[0].value
    return AnyKey.ANY


def spread(values: tuple[Value, ...]) -> tuple[Item, ...]:
    """The entries that `**value` brings. Several possible dicts: each entry may be there."""
    known = [v for v in values if isinstance(v, Dictionary)]
    if len(known) == 1 and len(values) == 1:
        return known[0].items
    unknown = () if len(known) == len(values) else (Item(AnyKey.ANY, ()),)
    return (*unknown, *(Item(i.key, i.values, sure=False) for d in known for i in d.items))


def items_of(values: tuple[Value, ...]) -> tuple[Item, ...]:
    """The entries that `dict(values)` has: those of a dict, or pairs."""
    pairs = values[0].items if len(values) == 1 and isinstance(values[0], Sequence) else ()
    return tuple(_pair(p) for p in pairs) if pairs else spread(values)


def _pair(values: tuple[Value, ...]) -> Item:
    if len(values) == 1 and isinstance(values[0], Sequence) and len(values[0].items) == 2:
        return Item(key_of(values[0].items[0]), values[0].items[1])
    return Item(AnyKey.ANY, ())


def with_updates(
    values: Several[Value], use: ast.Name, found: tuple[tuple[Module, Binding], ...], of: Evaluate
) -> Iterable[Value]:
    """`values` of the name at `use`, with what was written into them since they were bound."""
    if not any(isinstance(v, Dictionary | Sequence | Parameter) for v in values):
        return values
    owner = found[0][0]
    here = _writes_before(use, found)
    if here is None:
        return [Dictionary((Item(AnyKey.ANY, ()),)) if isinstance(v, Dictionary) else v for v in values]
    return [_updated(value, here, use, owner, of) for value in values] if here else values


def _writes_before(use: ast.Name, found: tuple[tuple[Module, Binding], ...]) -> list[ast.Name] | None:
    """What is written into the thing until `use`, in order; None where it is too much to follow.

    A thing that is put into itself again and again is followed without that.
    """
    owner = found[0][0]
    known: dict[ast.Name, list[ast.Name] | None] = owner.cache.setdefault("writes.before", {})
    if use not in known:
        words, same = names_of_same(use.id, owner), _made(found)
        writes = [w for word in words for w in _all_writes(word, owner) if w is not use]
        known[use] = None
        if len(writes) <= _MANY:
            tangled = {w for w in writes if _puts_itself(w, words, owner)}
            writes = writes if len(tangled) <= _ENTANGLED else [w for w in writes if w not in tangled]
            here = (w for w in writes if _happens(w, use, owner) and _made(find_bindings(w.id, w, owner)) & same)
            known[use] = sorted(here, key=lambda write: (write.lineno, write.col_offset))
    return known[use]


def _puts_itself(write: ast.Name, words: Several[str], module: Module) -> bool:
    """`options["all"] = {"inner": options}`, `options.update(options)`: each makes the next twice as much."""
    statement = module.statement(write)
    held = ast.walk(statement) if isinstance(statement, ast.Assign | ast.Expr) else ()
    again = (n for n in held if isinstance(n, ast.Name) and n.id in words and n is not write)
    return any(not isinstance(module.parent(name), ast.Subscript | ast.Attribute) for name in again)


def names_of_same(word: str, module: Module) -> list[str]:
    """The name, and those that `other = name` gives to the same thing, either way."""
    words = [word]
    for each in words:  # grows while it is read
        for name in module.names(each):
            statement = module.parent(name)
            if isinstance(statement, ast.Assign) and (isinstance(statement.value, ast.Name) or statement.targets[1:]):
                said = [n.id for n in (*statement.targets, statement.value) if isinstance(n, ast.Name)]
                words += [other for other in said if other not in words]
    return words


def _made(found: Iterable[tuple[Module, Binding]], deep: int = 4) -> set[ast.AST]:
    """Where the things that bindings stand for are made: through `other = name` to what is assigned there."""
    made: set[ast.AST] = set()
    for owner, binding in found:
        statement = owner.parent(binding.node)
        value = statement.value if isinstance(statement, ast.Assign | ast.AnnAssign) else None
        further = find_bindings(value.id, value, owner) if isinstance(value, ast.Name) and deep else ()
        made |= _made(further, deep - 1) or {value or binding.node}
    return made


def _updated(value: Value, writes: Several[ast.Name], use: ast.Name, module: Module, of: Evaluate) -> Value:
    if isinstance(value, Sequence):
        return _lengthened(value, [call for write in writes if (call := _method(write, module))], module, of)
    if isinstance(value, Parameter):
        value = Dictionary((Item(AnyKey.ANY, ()),))
    if not isinstance(value, Dictionary):
        return value
    for write in writes:
        sure = _surely(write, use, module)
        added = [Item(i.key, i.values, sure=sure and i.sure) for i in _entries(write, value, module, of)]
        value = Dictionary((*value.items, *added))
        if len(value.items) > LONGEST:  # `options.update(options)`, again and again
            value = Dictionary((Item(AnyKey.ANY, some_of(value.all_values())),))
    return value


def _lengthened(value: Sequence, calls: Several[ast.Call], module: Module, of: Evaluate) -> Sequence:
    """A list after `append`, `extend` and `insert`; after an `insert` each place may hold any item."""
    items = value.items
    for call in calls:
        name = call.func.attr if isinstance(call.func, ast.Attribute) else ""
        values = of(call.args[-1], module) if call.args and name in PUTS else ()
        if name == "extend":
            items = (*items, *(i for v in values for i in (v.items if isinstance(v, Sequence) else ((Unknown(),),))))
        elif values:
            items = (*items, values)
        if name == "insert":
            items = (tuple(dict.fromkeys(v for item in items for v in item)),) * len(items)
    return Sequence(items)


def _entries(write: ast.Name, so_far: Dictionary, module: Module, of: Evaluate) -> tuple[Item, ...]:
    code = _code_into(write, module)
    if code is not None:
        names = sorted(name for name in names_bound(code) if exported(name, code))
        return tuple(Item(name, tuple(export_values(name, code, of))) for name in names)
    call = _method(write, module)
    if call is None:
        target, *deeper = _items_of(write, module)
        key, holder = key_of(of(target.slice, module)), module.above(deeper[-1] if deeper else target)
        if isinstance(holder, ast.Delete):
            return () if deeper else (Item(key, ()),)
        value = holder.value if isinstance(holder, ast.Assign | ast.AnnAssign) else None
        values = of(value, module) if value else (Unknown(),)
        if deeper:
            return (_put_deeper(so_far, [key, *(key_of(of(item.slice, module)) for item in deeper)], values),)
        return (_defaulted(key, values, so_far) if _where_missing(write, module) else Item(key, values),)
    name = call.func.attr if isinstance(call.func, ast.Attribute) else ""
    if name == "update":
        positional = tuple(i for a in call.args for i in items_of(of(a, module)))
        return (*positional, *keyword_items(call, module, of))
    if name == "setdefault" and len(call.args) == 2:
        return (_defaulted(key_of(of(call.args[0], module)), of(call.args[1], module), so_far),)
    if name in ("pop", "__delitem__") and call.args:
        return (Item(key_of(of(call.args[0], module)), ()),)
    if name == "__setitem__" and len(call.args) == 2:
        return (Item(key_of(of(call.args[0], module)), of(call.args[1], module)),)
    if name in ("clear", "popitem"):
        return tuple(Item(item.key, ()) for item in so_far.items if item.key is not AnyKey.ANY)
    return ()


def _items_of(write: ast.Name, module: Module) -> list[ast.Subscript]:
    """`options["io"]["read"]`: the items, the outermost name's first."""
    items: list[ast.Subscript] = []
    node: ast.AST = write
    while isinstance(parent := module.parent(node), ast.Subscript) and parent.value is node:
        items.append(parent)
        node = parent
    return items


def _put_deeper(so_far: Dictionary, keys: Several[object], values: tuple[Value, ...]) -> Item:
    """`table["io"]["read"] = torch.load`: the dict inside with one entry more."""
    if len(keys) == 1:
        return Item(keys[0], values)
    inside = [v for v in so_far.get(keys[0])[0] if isinstance(v, Dictionary)] if len(keys) <= _DEEP else []
    return Item(keys[0], tuple(_with_put(v, keys[1:], values) for v in inside) or (Unknown(),))


def _with_put(inner: Dictionary, keys: Several[object], values: tuple[Value, ...]) -> Dictionary:
    kept = (item for item in inner.items if item.key != keys[0] or keys[0] is AnyKey.ANY)
    return Dictionary((*kept, _put_deeper(inner, keys, values)))


def _where_missing(write: ast.Name, module: Module) -> ast.If | None:
    """`if "weights_only" not in options: options["weights_only"] = True` is a setdefault: the condition."""
    target, statement = module.parent(write), module.statement(write)
    branch = module.parent(statement) if statement else None
    if not (isinstance(target, ast.Subscript) and isinstance(branch, ast.If) and statement in branch.body):
        return None
    test = branch.test
    if not (isinstance(test, ast.Compare) and len(test.ops) == 1 and isinstance(test.ops[0], ast.NotIn)):
        return None
    same = [ast.dump(test.left), ast.dump(test.comparators[0])] == [ast.dump(target.slice), ast.dump(write)]
    return branch if same else None


def _defaulted(key: object, default: tuple[Value, ...], so_far: Dictionary) -> Item:
    """`setdefault`: what is there stays; where the caller may have put something, the default counts."""
    there, sure = so_far.get(key)
    return Item(key, there if sure else (*(v for v in there if not isinstance(v, Unknown)), *default))


def keyword_items(call: ast.Call, module: Module, of: Evaluate) -> tuple[Item, ...]:
    """The entries that a call's keywords make, as in `dict(weights_only=True, **rest)`."""
    items: list[Item] = []
    for keyword in call.keywords:
        values = of(keyword.value, module)
        items += spread(values) if keyword.arg is None else (Item(keyword.arg, values),)
    return tuple(items)


def _all_writes(name: str, module: Module) -> list[ast.Name]:
    """Where something is put into what is called `name`, or taken out of it; asked at each use, so worked out once."""
    known: dict[str, list[ast.Name]] = module.cache.setdefault("writes", {})
    if name not in known:
        known[name] = [each for each in module.names(name) if _writes(each, module)]
    return known[name]


def _writes(name: ast.Name, module: Module) -> bool:
    items = _items_of(name, module)
    if items:
        return not isinstance(items[-1].ctx, ast.Load)
    return _method(name, module) is not None or _code_into(name, module) is not None


def _code_into(name: ast.Name, module: Module) -> Module | None:
    """The code that puts its names into the dict: `exec("from torch import load", names)`."""
    return next((each.inner for each in executed(module) if each.namespace is name), None)


def _method(name: ast.Name, module: Module) -> ast.Call | None:
    """The call when `name` is written by one of its own methods."""
    parent = module.parent(name)
    if isinstance(parent, ast.Attribute) and parent.attr in PUTS | _TAKES:
        call = module.parent(parent)
        if isinstance(call, ast.Call) and call.func is parent:
            return call
    return None


def _happens(write: ast.Name, use: ast.Name, module: Module) -> bool:
    """Whether the write can have run before the use: not where it comes later in one scope, outside a loop."""
    if module.scope(write) is not module.scope(use) or (write.lineno, write.col_offset) < (use.lineno, use.col_offset):
        return True
    node: ast.AST | None = write
    while node is not None and not isinstance(node, ast.For | ast.While | ast.AsyncFor):
        node = module.parent(node)
    return node is not None and (node.lineno, node.col_offset) <= (use.lineno, use.col_offset)


def _surely(write: ast.Name, use: ast.Name, module: Module) -> bool:
    """Whether the write runs whenever the use does: its statement stands in a block around the use, before it."""
    statement = _where_missing(write, module) or module.statement(write)
    if statement is None or (write.lineno, write.col_offset) > (use.lineno, use.col_offset):
        return False
    around: ast.AST | None = module.parent(statement)
    node: ast.AST | None = module.statement(use)
    while node is not None:
        if module.parent(node) is around:
            return _same_block(around, statement, node)
        node = module.parent(node)
    return False


def _same_block(around: ast.AST | None, first: ast.stmt, second: ast.AST) -> bool:
    blocks = [getattr(around, field, []) for field in ("body", "orelse", "finalbody")]
    return any(first in block and second in block for block in blocks)
