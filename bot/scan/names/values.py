"""What an expression can stand for. Nouns only; `scan/names/evaluate.py` finds them."""

from __future__ import annotations

import ast
from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from bot.scan.names.module import Definition, Module


@dataclass(frozen=True, slots=True)
class Qualified:
    """Something of a library, by its dotted name: `torch.load`, `numpy`.

    `ambiguous` when the name only looks like torch's, as after `from fairseq import torch`.
    """

    name: str
    ambiguous: bool = False


@dataclass(frozen=True, slots=True)
class Constant:
    value: object


class AnyKey(Enum):
    """The key of a dict entry that cannot be told: `**options`, `table[name] = value`."""

    ANY = "any key"


@dataclass(frozen=True, slots=True)
class Item:
    """One entry of a dict, in the order of writing. `sure` unless it was written under a condition. `options` is the
    `**options` of a function whose keys callers choose.
    """

    key: object
    values: tuple[Value, ...]
    sure: bool = True
    options: Parameter | None = None

    def behind(self, found: tuple[Value, ...], key: object) -> tuple[Value, ...]:
        """What can stand under a key where this, whose own key cannot be told, is written over `found`. What callers
        choose is a parameter of that name, whose default is what stood there.
        """
        if self.options is not None and isinstance(key, str):
            return (Parameter(key, self.options.function, self.options.module, found),)
        return (*found, *(self.values or (Unknown("a key that cannot be told"),)))


@dataclass(frozen=True, slots=True)
class Dictionary:
    """A dict seen being written; an item with `AnyKey.ANY` stands for keys that cannot be told."""

    items: tuple[Item, ...]

    @property
    def complete(self) -> bool:
        """Whether no other key can be in it."""
        return all(item.key is not AnyKey.ANY for item in self.items)

    def get(self, key: object) -> tuple[tuple[Value, ...], bool]:
        """What can stand under `key`, and whether the key is surely there. The last writer is in charge."""
        found: tuple[Value, ...] = ()
        sure = False
        for item in self.items:
            if item.key is AnyKey.ANY:
                found = item.behind(found, key)
            elif item.key == key and type(item.key) is type(key):
                found = item.values if item.sure else (*found, *item.values)
                sure = sure or item.sure
        return found, sure

    def all_values(self) -> tuple[Value, ...]:
        """What can stand under any key, without what is surely overwritten."""
        live: dict[tuple[type, object], tuple[Value, ...]] = {}
        for item in self.items:
            key = (type(item.key), item.key)
            before = () if item.sure and item.key is not AnyKey.ANY else live.get(key, ())
            live[key] = (*before, *item.values)
        return tuple(value for values in live.values() for value in values)


@dataclass(frozen=True, slots=True)
class Sequence:
    """A literal list, tuple or set; each item with what it can be."""

    items: tuple[tuple[Value, ...], ...]


@dataclass(frozen=True, slots=True)
class Partial:
    """`functools.partial(function, ...)`; `call` stands in `module`."""

    function: Value
    call: ast.Call
    module: Module


@dataclass(frozen=True, slots=True)
class Getter:
    """`operator.attrgetter("load")`; `itemgetter("load")` when `item`.

    `others` are all its names where there are several: it gives a tuple then.
    `call` is that of `operator.methodcaller("load", ...)`, where what torch.load is told stands.
    """

    attribute: str
    call: ast.Call | None = None
    others: tuple[str, ...] = ()
    item: bool = False


@dataclass(frozen=True, slots=True)
class Function:
    """A function or lambda of the project."""

    node: Definition | ast.Lambda
    module: Module


@dataclass(frozen=True, slots=True)
class Class:
    node: ast.ClassDef
    module: Module


@dataclass(frozen=True, slots=True)
class Instance:
    """An object made by calling a class of the project (or `self` in its methods)."""

    of: Class


@dataclass(frozen=True, slots=True)
class ProjectModule:
    """A module of the project itself."""

    module: Module


@dataclass(frozen=True, slots=True)
class Parameter:
    """A parameter of `function`; `default` is what its default can be, empty where it has none."""

    name: str
    function: Definition | ast.Lambda
    module: Module
    default: tuple[Value, ...] = ()

    @property
    def is_option(self) -> bool:
        """Whether it is one of `**options`, which the function does not name."""
        taken = self.function.args
        every = (*taken.posonlyargs, *taken.args, *taken.kwonlyargs, taken.vararg, taken.kwarg)
        return not self.name.startswith("*") and all(a is None or a.arg != self.name for a in every)


@dataclass(frozen=True, slots=True)
class Unknown:
    """Cannot be told from the source; `reason` is for people."""

    reason: str = ""


Value = (
    Qualified
    | Constant
    | Dictionary
    | Sequence
    | Partial
    | Getter
    | Function
    | Class
    | Instance
    | ProjectModule
    | Parameter
    | Unknown
)

Evaluate = Callable[["ast.expr", "Module"], tuple[Value, ...]]
"""The evaluator, handed to its helpers."""

LOADS = frozenset({"torch.load", "torch.serialization.load"})
"""The names torch gives the function this tool is about."""


PRIVATE_LOADS = frozenset({"torch.serialization._legacy_load", "torch.serialization._load"})
"""Its two halves (1.6 to 2.13), for old files and zip files: given an unpickler, and no `weights_only`."""


def is_load(value: Value) -> bool:
    """Whether a value is torch.load itself, or one of its halves."""
    return isinstance(value, Qualified) and (value.name in LOADS or value.name in PRIVATE_LOADS)
