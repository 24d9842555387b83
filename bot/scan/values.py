"""What an expression can stand for. Nouns only; `scan/evaluate.py` finds them."""

from __future__ import annotations

import ast
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from bot.scan.module import Definition, Module


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


@dataclass(frozen=True, slots=True)
class Dictionary:
    """A dict seen being written. `complete` when no other key can be in it; `module` is where its expressions live."""

    items: tuple[tuple[object, tuple[Value, ...]], ...]
    complete: bool = True

    def get(self, key: object) -> tuple[Value, ...]:
        """What stands under `key`, last writer first in charge; empty when it is not there."""
        found: tuple[Value, ...] = ()
        for name, values in self.items:
            if name == key:
                found = values
        return found


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
    | Function
    | Class
    | Instance
    | ProjectModule
    | Parameter
    | Unknown
)

LOADS = frozenset({"torch.load", "torch.serialization.load"})
"""The names torch gives the function this tool is about."""
