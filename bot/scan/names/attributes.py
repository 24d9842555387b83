"""`value.name` and `value[key]`."""

from __future__ import annotations

import ast
from collections.abc import Iterable
from typing import cast

from bot.scan.names.arguments import word_of
from bot.scan.names.bound import export_values, made_when_asked, name_values, results, target_values
from bot.scan.names.dicts import key_of, lengthened
from bot.scan.names.fixtures import asked_for
from bot.scan.names.given import given_by_callers
from bot.scan.names.imports import OWN_TORCH, whole_name
from bot.scan.names.lookup import exported
from bot.scan.names.module import Module
from bot.scan.names.parameters import item_given
from bot.scan.names.values import (
    Class,
    Constant,
    Dictionary,
    Evaluate,
    Function,
    Instance,
    Item,
    Parameter,
    Partial,
    ProjectModule,
    Qualified,
    Sequence,
    Unknown,
    Value,
    is_load,
)
from bot.scan.names.writes import method_call

SETTERS = ("setattr", "__setattr__")
"""`setattr(thing, name, value)`, `object.__setattr__(self, name, value)`, the second where a dataclass is frozen."""
_MEMBERS = frozenset({"torch", "torch.serialization"})
"""What has no attribute `value`: there it is asked of a member of an Enum."""
_ITSELF = frozenset({"__call__", "__wrapped__", "__func__", "__code__"})
"""What is torch.load as well when asked of it; its code is what another function can be made of."""


def attribute(node: ast.Attribute, bases: tuple[Value, ...], module: Module, of: Evaluate) -> Iterable[Value]:
    """What `node` can be, given what stands before its dot."""
    found = [v for base in bases for v in attribute_of(base, node.attr, of)]
    if all(isinstance(v, Unknown) for v in found):
        if made := _made_with(node, bases, module, of):
            return made
        found += _stored(node, module, of)
        if node.attr == "torch" and all(_opaque(base) for base in bases) and all(isinstance(v, Unknown) for v in found):
            return [Qualified("torch", ambiguous=True)]  # `msc.torch.load`: storage clients stand in front of torch so
    return found


def _opaque(base: Value) -> bool:
    """Whether attributes of `base` can come from anywhere."""
    return stands_in(base) if isinstance(base, Instance) else isinstance(base, Unknown)


def stands_in(value: Instance) -> bool:
    """Whether an object hands on attributes it does not have itself: a lazy module, a proxy."""
    return bool(exported("__getattr__", value.of.module, value.of.node))


def attribute_of(base: Value, name: str, of: Evaluate) -> Iterable[Value]:
    """What `base.name` can be."""
    if isinstance(base, Qualified):
        return (base if name == "value" and base.name in _MEMBERS else _of_library(base, name),)
    if isinstance(base, ProjectModule):
        return export_values(name, base.module, of)
    if isinstance(base, Instance) and name == "__class__":
        return (base.of,)
    if isinstance(base, Instance):
        found = class_attribute(base.of, name, of)
        return found or made_when_asked(name, base.of.module, of, owner=base.of.node) or (Unknown(name),)
    if isinstance(base, Class):
        return class_attribute(base, name, of) or (Unknown(name),)
    if isinstance(base, Parameter):
        return _of_parameter(base, name, of)
    if isinstance(base, Dictionary):  # a SimpleNamespace
        return base.get(name)[0] or (Unknown(name),)
    if isinstance(base, Partial) and name == "func":
        return (base.function,)
    if isinstance(base, Constant | Partial) and name == "value":  # a member of an Enum
        return (base,)
    if isinstance(base, Function) and name == "__wrapped__":
        return (base,)
    return (Unknown(name),)


def _of_parameter(base: Parameter, name: str, of: Evaluate) -> Iterable[Value]:
    if declared := _as_declared(base, name, of):
        return declared
    if (base.name, name) == ("request", "param"):
        return asked_for(base, of)
    if base.default:
        return [v for default in base.default for v in attribute_of(default, name, of)]
    if name in ("load", "serialization"):
        return [v for given in given_by_callers(base, of) for v in attribute_of(given, name, of)] or (Unknown(name),)
    return (Unknown(name),)


def _as_declared(base: Parameter, name: str, of: Evaluate) -> list[Value]:
    """`def read(path, config: Config)`: what the class says `config.weights_only` is, where that is a constant."""
    found = [v for each in declared_classes(base, of) for v in class_attribute(each, name, of)]
    return found if all(isinstance(v, Constant) for v in found) else []


def declared_classes(parameter: Parameter, of: Evaluate) -> list[Class]:
    """The classes of the project that a parameter is annotated with."""
    arguments = parameter.function.args
    every = (*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs)
    annotation = next((a.annotation for a in every if a.arg == parameter.name), None)
    values = of(annotation, parameter.module) if isinstance(annotation, ast.Name | ast.Attribute) else ()
    return [v for v in values if isinstance(v, Class)]


def class_of(call: ast.Call, module: Module, of: Evaluate) -> Iterable[Value]:
    """`type(self)`; a class made by `type("Reader", (), {"read": torch.load})` is as good as its dict."""
    if len(call.args) == 3:
        return [v for v in of(call.args[2], module) if isinstance(v, Dictionary)] or (Unknown(),)
    values = of(call.args[0], module) if len(call.args) == 1 else ()
    return [v.of for v in values if isinstance(v, Instance)] or (Unknown(),)


def _of_library(base: Qualified, name: str) -> Value:
    if is_load(base) and name in _ITSELF:
        return base
    if name == "__name__" and base.name in ("torch", "torch.serialization"):
        return Constant(base.name)
    whole = f"{base.name}.{name}"
    if name == "torch" and whole.partition(".")[0] not in (*OWN_TORCH, "torch"):
        return Qualified("torch", ambiguous=True)
    return Qualified(whole_name(whole), ambiguous=base.ambiguous)


def class_attribute(
    owner: Class, name: str, of: Evaluate, *, seen: frozenset[ast.ClassDef] = frozenset()
) -> list[Value]:
    """What a class, its methods (`self.name = ...`) and its bases bind `name` to; empty when nothing does."""
    if owner.node in seen:
        return []
    found = [v for b in exported(name, owner.module, owner.node) for v in name_values(b, owner.module, of)]
    for store in owner.module.attributes(name):
        if not isinstance(store.ctx, ast.Load) and _belongs(store, owner):
            found += target_values(store, owner.module, of)
    found = found or _set_from_outside(owner, name, of)
    if found:
        return list(dict.fromkeys(_filled(v, owner, name, of) for value in found for v in _read(value, of)))
    above = [*owner.node.bases, *(k.value for k in owner.node.keywords if k.arg == "metaclass")]
    bases = [v for base in above for v in of(base, owner.module) if isinstance(v, Class)]
    return [v for base in bases for v in class_attribute(base, name, of, seen=seen | {owner.node})]


def _filled(value: Value, owner: Class, name: str, of: Evaluate) -> Value:
    """A dict with what the class may put into it: `self.options["weights_only"] = False`; a list with what the class's
    own block appends to it.
    """
    if isinstance(value, Sequence):
        calls = [method_call(n, owner.module) for n in owner.module.names(name) if owner.module.scope(n) is owner.node]
        return lengthened(value, [call for call in calls if call], owner.module, of)
    if not isinstance(value, Dictionary):
        return value
    added: list[Item] = []
    for holder in owner.module.attributes(name):
        place = owner.module.parent(holder)
        statement = owner.module.parent(place) if isinstance(place, ast.Subscript) and place.value is holder else None
        if isinstance(statement, ast.Assign) and place in statement.targets and _belongs(holder, owner):
            key = key_of(of(cast(ast.Subscript, place).slice, owner.module))
            added.append(Item(key, of(statement.value, owner.module), sure=False))
    return Dictionary((*value.items, *added))


def _set_from_outside(owner: Class, name: str, of: Evaluate) -> list[Value]:
    """`setattr(TheClass, "name", value)` in its module, `setattr(self, "name", value)` in its methods."""
    module = owner.module
    theirs = [(word, value) for holder, word, value in _calls_of_setattr(module) if _is_of(holder, owner)]
    return [v for word, value in theirs if Constant(name) in of(word, module) for v in of(value, module)]


def _calls_of_setattr(module: Module) -> list[tuple[ast.Name, ast.expr, ast.expr]]:
    """Whom, under which name and what each `setattr` of a module gives; asked for each attribute of each class."""
    known: list[tuple[ast.Name, ast.expr, ast.expr]] | None = module.cache.get("values.setattr")
    if known is None:
        calls = (c for word in SETTERS for c in module.of(ast.Call, word))
        given = (c.args for c in calls if word_of(c.func) in SETTERS)
        known = [(a[0], a[1], a[2]) for a in given if len(a) == 3 and isinstance(a[0], ast.Name)]
        module.cache["values.setattr"] = known
    return known


def _read(value: Value, of: Evaluate) -> Iterable[Value]:
    """A property is read, not called: what its function returns."""
    if not isinstance(value, Function) or isinstance(value.node, ast.Lambda):
        return (value,)
    words = {d.attr if isinstance(d, ast.Attribute) else getattr(d, "id", "") for d in value.node.decorator_list}
    if not words & {"property", "cached_property"}:
        return (value,)
    return [v for result in results(value.module).get(value.node, []) for v in of(result, value.module)] or (Unknown(),)


def _belongs(store: ast.Attribute, owner: Class) -> bool:
    """Whether `store` is `self.x` in a method of the class, or `TheClass.x` anywhere in its module."""
    return isinstance(store.value, ast.Name) and _is_of(store.value, owner)


def _is_of(name: ast.Name, owner: Class) -> bool:
    """Whether a name is the class itself, or `self` in one of its methods."""
    if name.id == owner.node.name:
        return True
    function = owner.module.function(name)
    while function is not None and owner.module.parent(function) is not owner.node:
        function = owner.module.function(function)
    if function is None:
        return False
    positional = [*function.args.posonlyargs, *function.args.args]
    return bool(positional) and positional[0].arg == name.id


def _stored(node: ast.Attribute, module: Module, of: Evaluate) -> list[Value]:
    """`thing.name` where the same function (or the module) says `thing.name = ...`, or sets it by `setattr`."""
    if not isinstance(node.value, ast.Name) or isinstance(node.ctx, ast.Store):
        return []
    holder, near = node.value.id, (module.scope(node), module.tree)
    found: list[Value] = []
    for store in module.attributes(node.attr):
        if isinstance(store.ctx, ast.Store) and isinstance(store.value, ast.Name) and store.value.id == holder:
            found += target_values(store, module, of) if module.scope(store) in near else ()
    for name, word, value in _calls_of_setattr(module):
        if name.id == holder and module.scope(name) in near and Constant(node.attr) in of(word, module):
            found += of(value, module)
    return found


def _made_with(node: ast.Attribute, bases: tuple[Value, ...], module: Module, of: Evaluate) -> list[Value]:
    """`config.safe` where `config = Config(safe=True)` made it, and its class takes its fields as they come."""
    owner = next((v.of for v in bases if isinstance(v, Instance)), None)
    if owner is None or not isinstance(node.value, ast.Name) or exported("__init__", owner.module, owner.node):
        return []
    fields, statement = declared_fields(owner), module.only_binding(node.value.id)
    call = statement.value if isinstance(statement, ast.Assign | ast.AnnAssign) else None
    if not isinstance(call, ast.Call) or node.attr not in fields:
        return []
    given = [k.value for k in call.keywords if k.arg == node.attr] or call.args[fields.index(node.attr) :][:1]
    return [v for each in given for v in of(each, module)]


def declared_fields(owner: Class) -> list[str]:
    """The names that a class declares in its block: a dataclass takes them in this order."""
    return [s.target.id for s in owner.node.body if isinstance(s, ast.AnnAssign) and isinstance(s.target, ast.Name)]


def subscript(bases: tuple[Value, ...], keys: tuple[Value, ...], of: Evaluate) -> Iterable[Value]:
    """What `x[key]` can be, given what stands before and in its brackets."""
    key = keys[0].value if len(keys) == 1 and isinstance(keys[0], Constant) else Unknown
    found: list[Value] = []
    given = [v for base in bases if isinstance(base, Parameter) for v in base.default]  # a caller may give another
    for base in (*bases, *given):
        if isinstance(base, Dictionary):
            found += base.all_values() if key is Unknown else base.get(key)[0]
        elif isinstance(base, Sequence):
            found += item_of(base, key)
        elif isinstance(base, Qualified) and isinstance(key, str):
            found.append(looked_up(base, key))
        elif isinstance(base, Parameter) and isinstance(key, int):
            found.append(item_given(base, key) or Unknown())
        elif isinstance(base, Class | Instance):
            found += _by_its_own(base, of)
        else:
            found.append(Unknown())
    return found


def _by_its_own(base: Class | Instance, of: Evaluate) -> Iterable[Value]:
    """`readers["pt"]` where the class of `readers` has a `__getitem__`, `Readers["pt"]` where it is the class's own."""
    owner, name = (base, "__class_getitem__") if isinstance(base, Class) else (base.of, "__getitem__")
    methods = [v.node for v in class_attribute(owner, name, of) if isinstance(v, Function)]
    given = [r for method in methods for r in results(owner.module).get(method, ())]
    return [v for each in given for v in of(each, owner.module)] or (Unknown(),)


def item_of(base: Sequence, key: object = None) -> Iterable[Value]:
    """What stands at `key`, or anywhere where that cannot be told."""
    if isinstance(key, int) and -len(base.items) <= key < len(base.items):
        return base.items[key]
    return [value for item in base.items for value in item]


def looked_up(base: Qualified, key: str) -> Value:
    """`sys.modules["torch"]`, `torch.__dict__["load"]`, `vars(torch)["load"]`."""
    if base.name == "sys.modules":
        return Qualified(key)
    if base.name.endswith(".__dict__"):
        return Qualified(f"{base.name.removesuffix('.__dict__')}.{key}", ambiguous=base.ambiguous)
    return Unknown()
