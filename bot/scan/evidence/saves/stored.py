"""What a `torch.save` writes, judged by the shape of the expression: would weights_only=True read it back?

State dicts, tensors, numbers, strings and containers of them: yes. Modules, namespaces, configs, numpy, datasets,
defaultdicts, lambdas: no. Everything else is not known, and never called plain.
"""

from __future__ import annotations

import ast
import itertools
import re
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

from bot.scan.evidence.ground.annotations import holds_tensors
from bot.scan.evidence.ground.behind import (
    added_to,
    bound_to,
    is_empty,
    items_set,
    kept_as,
    without_none,
)
from bot.scan.evidence.ground.words import is_constant
from bot.scan.evidence.saves.called import of_call
from bot.scan.evidence.saves.content import (
    CONFIG_NAME,
    LOADED,
    PLAIN,
    Content,
    Stored,
    by_annotation,
    by_default,
    by_field,
    by_name,
    defaults,
    given_by_callers,
    is_tensor,
    join,
    parameters,
)
from bot.scan.evidence.saves.enums import declared_enum, member_of_enum
from bot.scan.evidence.saves.filled import is_mapping, put_into, put_later, taken_by_others
from bot.scan.evidence.saves.makers import META, declares_tensors, itself_as_object, tensor_in
from bot.scan.evidence.saves.mappings import attribute_is_dict, is_option, name_is_dict
from bot.scan.evidence.saves.numbers import calculated, numpy_number, of_array
from bot.scan.names.module import Definition, Module
from bot.scan.names.spelling import spelt

if TYPE_CHECKING:
    from bot.scan.project import Project

DEEPEST = 7
_STAYS_OBJECT = re.compile(r"lambda|numpy|Namespace|defaultdict|deque|Path|datetime|config")


_OF_ANOTHER = Stored(Content.UNKNOWN, "a part of what was loaded elsewhere")
_SET_UP = re.compile(r"what setup(_\w+)?\(\) returns")
"""`fabric.setup(model)`, `setup_module`, `setup_optimizers`: wrapped modules and optimizers."""


class Look:
    """One judgement of one expression; remembers where it has been."""

    def __init__(self, project: Project, *, modules_are_state: bool = False, aside: bool = False) -> None:
        self.project = project
        self._aside = aside
        self._modules_are_state = modules_are_state
        self._seen: set[int] = set()

    def of(self, node: ast.expr, module: Module, depth: int = 0) -> Stored:
        """What `node` holds."""
        if depth > DEEPEST or len(self._seen) > 300:
            return Stored(Content.UNKNOWN, "followed no further")
        if id(node) in self._seen:
            return PLAIN
        self._seen.add(id(node))
        handler = _HANDLERS.get(node.__class__)
        found = handler(self, node, module, depth + 1) if handler else _unknown(node)
        # `fabric.save(path, {"model": model})` writes the state_dict of whatever has one
        whole = found.content is Content.OBJECT or _SET_UP.match(found.why)
        as_state = self._modules_are_state and depth > 0 and whole
        return PLAIN if as_state and not _STAYS_OBJECT.search(found.why) else found

    def _constant(self, node: Any, module: Module, depth: int) -> Stored:
        return calculated(node, module) or PLAIN

    def _dict(self, node: Any, module: Module, depth: int) -> Stored:
        return join(self.of(v, module, depth) for v in (*node.values, *(k for k in node.keys if k is not None)))

    def _items(self, node: Any, module: Module, depth: int) -> Stored:
        return join(self.of(v, module, depth) for v in node.elts)

    def _starred(self, node: Any, module: Module, depth: int) -> Stored:
        return self.of(node.value, module, depth)

    def _branches(self, node: Any, module: Module, depth: int) -> Stored:
        values = [node.body, node.orelse] if isinstance(node, ast.IfExp) else node.values
        return join(self.of(v, module, depth) for v in values)

    def _lambda(self, node: Any, module: Module, depth: int) -> Stored:
        return Stored(Content.OBJECT, "a lambda, which cannot be pickled by name")

    def _operation(self, node: Any, module: Module, depth: int) -> Stored:
        sides = [self.of(v, module, depth) for v in (node.left, node.right)]
        if isinstance(node.op, ast.Div) and (path := next((s for s in sides if "pathlib.Path" in s.needs), None)):
            return path  # `Path(folder) / "name"`
        merged = isinstance(node.op, ast.BitOr)  # `{...} | more`
        plain = PLAIN if PLAIN in sides and META not in sides and not merged else join(iter(sides))
        return calculated(node, module) or plain

    def _comprehension(self, node: Any, module: Module, depth: int) -> Stored:
        return self.of(node.value if isinstance(node, ast.DictComp) else node.elt, module, depth)

    def _subscript(self, node: Any, module: Module, depth: int) -> Stored:
        key = node.slice.value if isinstance(node.slice, ast.Constant) else None
        whole = node.value
        if isinstance(key, str) and CONFIG_NAME.match(key):
            return Stored(Content.UNKNOWN, f"the item {key!r}")
        if declares_tensors(node, module, self.project):
            return tensor_in(module)
        held = self.of(whole, module, depth)
        return held if held.content is Content.PLAIN or held is LOADED else _unknown(node)

    def _bound(self, value: ast.expr | None, name: str, module: Module, depth: int) -> Stored:
        """What a name is bound to; where that is a member of something unknown, what people call so."""
        found = self.of(value, module, depth) if value is not None else None
        apart = value is None or module.parent(value) is None
        if found is not None and not (apart and found.content is Content.UNKNOWN):
            return found
        return numpy_number(value, module) or by_name(name)

    def _name(self, node: Any, module: Module, depth: int) -> Stored:
        bindings = list(bound_to(node, module))
        items = list(items_set(node, module))
        if not bindings and not items:
            return self._unbound(node, module, depth)
        begun = [value for value in without_none(bindings) if not is_empty(value)]  # an empty container tells nothing
        whole = [self._bound(value, node.id, module, depth) for value in begun]
        if whole and all(part is LOADED for part in whole):
            return LOADED  # and what is set in it tells nothing of the rest
        added = added_to(node, module) if any(map(is_empty, bindings)) else ()
        later = [(value, module) for value in (*items, *added)]
        if any(map(is_mapping, bindings)):
            later += put_later(node, module, self.project)
        if any(isinstance(value, ast.Dict) for value in bindings):
            whole += taken_by_others(node, module, self.project)
        put = (self.of(value, home, depth) for value, home in later)
        held = _new(itertools.chain(whole, (_OF_ANOTHER if each is LOADED else each for each in put)))
        return self._object_of((value, module) for value in put_into(node, module)) or held

    def _unbound(self, node: ast.Name, module: Module, depth: int) -> Stored:
        if CONFIG_NAME.match(node.id) and name_is_dict(node, module):
            return PLAIN
        if (itself := itself_as_object(node, module)) is not None:
            return itself
        function = module.function(node)
        while isinstance(function, ast.FunctionDef | ast.AsyncFunctionDef):
            if node.id in {a.arg for a in parameters(function)}:
                return self._parameter(node.id, function, module, depth)
            function = module.function(function)
        named = by_name(node.id)
        return PLAIN if named.content is Content.UNKNOWN and is_constant(node, module) else named

    def _parameter(self, name: str, function: Definition, module: Module, depth: int) -> Stored:
        hint = by_annotation(name, function) or by_default(name, function)
        if hint is not None and is_tensor(name, function):
            return tensor_in(module) if hint is PLAIN else hint
        named = hint or by_name(name)
        if named.content is Content.OBJECT:
            return named
        if named is PLAIN:
            return declared_enum(name, function, self.project) or self._given_object(name, function, module)
        given = given_by_callers(name, function, module, self.project)
        found = [self.of(value, other, depth + 1) for value, other in given if value is not None]
        return join(iter(found)) if found else Stored(Content.UNKNOWN, f"whatever {name} is given")

    def _given_object(self, name: str, function: Definition, module: Module) -> Stored:
        """What callers, or the default, are seen to give for an `epoch` or a `path`, whatever it is called."""
        given = [*given_by_callers(name, function, module, self.project), (defaults(function).get(name), module)]
        known = [(value, home) for value, home in given if value is not None]
        number = next((n for value, home in known if (n := numpy_number(value, home)) is not None), None)
        return number or self._object_of(iter(known)) or PLAIN

    def _attribute(self, node: Any, module: Module, depth: int) -> Stored:
        if spelt(node) == "torch.__version__":
            return Stored(Content.OBJECT, "torch.__version__, a TorchVersion", ("torch.torch_version.TorchVersion",))
        if node.attr == "state_dict" and not any(kept_as(node.attr, node, module)):
            return Stored(Content.UNKNOWN, "state_dict without a call, which is a method of a module")
        if node.attr in ("data", "T", "dtype") and (array := of_array(node.value, module)) is not None:
            return array
        if node.attr in ("data", "T", "shape", "dtype", "device", "__version__", "__name__"):
            return PLAIN
        if CONFIG_NAME.match(node.attr) and attribute_is_dict(node, module):
            return PLAIN
        if (enumerated := member_of_enum(node, self.project)) is not None:
            return enumerated
        named = by_name(node.attr)
        if named.content is not Content.UNKNOWN:
            return numpy_number(node, module) or self._kept_object(node, module) or named
        if isinstance(node.value, ast.Name) and is_option(node.value, module):
            return PLAIN
        if isinstance(node.value, ast.Name) and node.value.id == "self":
            values = without_none(list(kept_as(node.attr, node, module)))
            values += added_to(node, module) if any(map(is_empty, values)) else ()
            held = _new(self.of(value, module, depth) for value in values) if values else _unknown(node)
            held = self._object_of((value, module) for value in put_into(node, module)) or held
            declared = by_field(node, module) if held.content is Content.UNKNOWN and held is not LOADED else None
            return held if declared is None else tensor_in(module) if holds_tensors(declared) else PLAIN
        return _unknown(node)

    def _kept_object(self, node: ast.Attribute, module: Module) -> Stored | None:
        """The object that `self.loss`, `self.mode`, `self.save_path` is seen to be kept as, whatever the name says."""
        if not isinstance(node.value, ast.Name) or node.value.id != "self":
            return None
        held = itertools.chain(kept_as(node.attr, node, module), put_into(node, module))
        return self._object_of((value, module) for value in held)

    def _object_of(self, values: Iterator[tuple[ast.expr, Module]]) -> Stored | None:
        """The first of them that is an object; looked at aside, so that what is not known there decides nothing."""
        if self._aside:
            return None
        look = Look(self.project, modules_are_state=self._modules_are_state, aside=True)
        found = (look.of(value, home, 1) for value, home in values)
        return next((each for each in found if each.content is Content.OBJECT), None)


_Handler = Callable[[Look, Any, Module, int], Stored]
_HANDLERS: dict[type[ast.AST], _Handler] = {
    ast.Constant: Look._constant,
    ast.JoinedStr: Look._constant,
    ast.Compare: Look._constant,
    ast.UnaryOp: Look._constant,
    ast.Dict: Look._dict,
    ast.List: Look._items,
    ast.Tuple: Look._items,
    ast.Set: Look._items,
    ast.Starred: Look._starred,
    ast.Await: Look._starred,
    ast.NamedExpr: Look._starred,
    ast.IfExp: Look._branches,
    ast.BoolOp: Look._branches,
    ast.Lambda: Look._lambda,
    ast.BinOp: Look._operation,
    ast.DictComp: Look._comprehension,
    ast.ListComp: Look._comprehension,
    ast.SetComp: Look._comprehension,
    ast.Subscript: Look._subscript,
    ast.Name: Look._name,
    ast.Attribute: Look._attribute,
    ast.Call: of_call,
}


def _new(parts: Iterator[Stored]) -> Stored:
    """The worst of what a name is bound to; what was read from the file goes back into it and decides nothing."""
    found = list(parts)
    return join(iter([p for p in found if p is not LOADED] or found))


def _unknown(node: ast.expr) -> Stored:
    return Stored(Content.UNKNOWN, spelt(node)[:60])
