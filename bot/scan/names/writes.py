"""Where something is put into a dict or list, and whether that comes before a use of it."""

from __future__ import annotations

import ast
from collections.abc import Iterable
from collections.abc import Sequence as Several

from bot.scan.names.arguments import word_of
from bot.scan.names.executed import executed
from bot.scan.names.lookup import find_bindings
from bot.scan.names.module import Module, Scope
from bot.scan.names.scopes import Binding

PUTS = frozenset({"update", "setdefault", "append", "extend", "insert"})
"""Methods that put something into a dict or list."""
_TAKES = frozenset({"pop", "popitem", "clear", "__delitem__", "__setitem__"})
_MANY = 60
"""Writes to one name in one file beyond which nobody follows them: generated code."""
_KNOWN = PUTS | _TAKES | {"dict", "len", "print", "isinstance", "copy", "deepcopy", "sorted", "list", "id"}
_ENTANGLED = 6
"""Of these, those that put a thing into itself, beyond which none of these is followed."""


def writes_before(use: ast.Name, found: tuple[tuple[Module, Binding], ...]) -> list[ast.Name] | None:
    """What is written into the thing until `use`, in order; None where it is too much to follow.

    A thing that is put into itself again and again is followed without that.
    """
    owner = found[0][0]
    known: dict[ast.Name, list[ast.Name] | None] = owner.cache.setdefault("writes.before", {})
    if use not in known:
        words, same = names_of_same(use.id, owner), _made(found)
        writes = [w for word in words for w in places_written(word, owner) if w is not use]
        known[use] = None
        if len(writes) <= _MANY:
            tangled = {w for w in writes if _puts_itself(w, words, owner)}
            writes = writes if len(tangled) <= _ENTANGLED else [w for w in writes if w not in tangled]
            here = (w for w in writes if happens(w, use, owner) and _made(find_bindings(w.id, w, owner)) & same)
            known[use] = sorted(here, key=lambda write: (write.lineno, write.col_offset))
    return known[use]


def handed_before(use: ast.Name, module: Module) -> list[ast.Name]:
    """Where the thing is an argument before the use, in the same scope: who is given it may put something into it."""
    known: dict[tuple[str, Scope], list[ast.Name]] = module.cache.setdefault("handed.before", {})
    scope = module.scope(use)
    if (use.id, scope) not in known:
        named = [n for n in module.names(use.id) if call_given(n, module) and module.scope(n) is scope]
        known[use.id, scope] = named if len(named) <= _ENTANGLED else []
    place = (use.lineno, use.col_offset)
    return [name for name in known[use.id, scope] if (name.lineno, name.col_offset) < place]


def call_given(name: ast.Name, module: Module) -> ast.Call | None:
    """The call of which a name is an argument, unless the call is one of a dict's own methods or makes another."""
    parent = module.parent(name)
    call = module.parent(parent) if isinstance(parent, ast.keyword) and parent.arg else parent
    if not isinstance(call, ast.Call) or call.func is name or word_of(call.func) in _KNOWN:
        return None
    return call


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


def items_written(write: ast.Name, module: Module) -> list[ast.Subscript]:
    """`options["io"]["read"]`: the items, the outermost name's first."""
    items: list[ast.Subscript] = []
    node: ast.AST = write
    while isinstance(parent := module.parent(node), ast.Subscript) and parent.value is node:
        items.append(parent)
        node = parent
    return items


def where_missing(write: ast.Name, module: Module) -> ast.If | None:
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


def places_written(name: str, module: Module) -> list[ast.Name]:
    """Where something is put into what is called `name`, or taken out of it; asked at each use, so worked out once."""
    known: dict[str, list[ast.Name]] = module.cache.setdefault("writes", {})
    if name not in known:
        known[name] = [each for each in module.names(name) if _writes(each, module)]
    return known[name]


def _writes(name: ast.Name, module: Module) -> bool:
    items = items_written(name, module)
    if items:
        return not isinstance(items[-1].ctx, ast.Load)
    return method_call(name, module) is not None or code_into(name, module) is not None


def code_into(name: ast.Name, module: Module) -> Module | None:
    """The code that puts its names into the dict: `exec("from torch import load", names)`."""
    return next((each.inner for each in executed(module) if each.namespace is name), None)


def method_call(name: ast.Name, module: Module) -> ast.Call | None:
    """The call when `name` is written by one of its own methods."""
    parent = module.parent(name)
    if isinstance(parent, ast.Attribute) and parent.attr in PUTS | _TAKES:
        call = module.parent(parent)
        if isinstance(call, ast.Call) and call.func is parent:
            return call
    return None


def happens(write: ast.Name, use: ast.Name, module: Module) -> bool:
    """Whether the write can have run before the use: not where it comes later in one scope, outside a loop."""
    if module.scope(write) is not module.scope(use) or (write.lineno, write.col_offset) < (use.lineno, use.col_offset):
        return True
    loop = next((o for _, o in module.around(write) if isinstance(o, ast.For | ast.While | ast.AsyncFor)), None)
    return loop is not None and (loop.lineno, loop.col_offset) <= (use.lineno, use.col_offset)


def surely(write: ast.Name, use: ast.Name, module: Module) -> bool:
    """Whether the write runs whenever the use does: its statement stands in a block around the use, before it."""
    statement = where_missing(write, module) or module.statement(write)
    before = (write.lineno, write.col_offset) <= (use.lineno, use.col_offset)
    return statement is not None and before and stands_around(statement, use, module)


def stands_around(statement: ast.stmt, use: ast.AST, module: Module) -> bool:
    """Whether a statement is one of a block around the use, or of the one it stands in."""
    block, inner = module.parent(statement), module.statement(use)
    beside = next((n for n, outer in module.around(inner) if outer is block), None) if inner is not None else None
    return beside is not None and _same_block(block, statement, beside)


def _same_block(around: ast.AST | None, first: ast.stmt, second: ast.AST) -> bool:
    blocks = [getattr(around, field, []) for field in ("body", "orelse", "finalbody")]
    return any(first in block and second in block for block in blocks)
