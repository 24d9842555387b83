"""What a walk of a pickle's objects brings home: tensors, storages, sparse tensors, and what was wrong with them."""

from __future__ import annotations

from dataclasses import dataclass, field

from bot.model import TensorInfo
from bot.scan.checkpoint.inert import Call, Global, Items, Persistent, as_integer, as_text, elements

QUIET_PARTS = frozenset({"_parameters", "_buffers", "_modules"})


@dataclass(slots=True)
class Storage:
    """What the pickle says of a storage. `numel` in elements of `itemsize` bytes; `at` is the pickle's byte.

    `parts` is the length of its persistent id: torch unpacks exactly 5 in a zip, and 6 in a legacy file.
    """

    key: str
    dtype: str
    itemsize: int
    numel: int
    device: str
    at: int
    view: tuple[str, int, int] | None = None
    parts: int = 5

    @property
    def nbytes(self) -> int:
        return self.numel * self.itemsize


@dataclass(slots=True)
class Sparse:
    """A sparse tensor: its shape, and the labels of its index tensors (one for COO, two for the compressed layouts)."""

    name: str
    size: tuple[int, ...]
    labels: tuple[str, ...]
    at: int


@dataclass(slots=True)
class Inventory:
    """Everything found under one root. `troubles` are (message, byte, is over a limit)."""

    tensors: list[TensorInfo] = field(default_factory=list)
    storages: dict[str, Storage] = field(default_factory=dict)
    troubles: list[tuple[str, int, bool]] = field(default_factory=list)
    numpy_dtypes: list[str] = field(default_factory=list)
    persistent: list[Persistent] = field(default_factory=list)
    sparse: list[Sparse] = field(default_factory=list)


def view_of(pid: list[object]) -> tuple[str, int, int] | None:
    view = elements(pid[5]) if len(pid) > 5 else []
    if len(view) != 3:
        return None
    key, offset, numel = as_text(view[0]), as_integer(view[1]), as_integer(view[2])
    return (key or "", offset or 0, numel or 0)


def sizes_of(value: object) -> tuple[int, ...] | None:
    """A shape or stride: a tuple of integers, or `torch.Size(...)` around one."""
    if isinstance(value, Call) and isinstance(value.callee, Global) and value.callee.dotted == "torch.Size":
        inner = elements(value.arguments)
        return sizes_of(inner[0]) if len(inner) == 1 else None
    if not isinstance(value, (tuple, Items)):
        return None
    members = elements(value)
    integers = [each for each in members if isinstance(each, int) and not isinstance(each, bool)]
    return tuple(integers) if len(integers) == len(members) else None


def short(size: tuple[int, ...]) -> str:
    return "(" + ", ".join(str(each) if abs(each) < 1 << 64 else "huge" for each in size[:8]) + ")"


def quantity(count: int) -> str:
    return f"{count:,} bytes" if count < 1 << 80 else "more bytes than there are"


def join(name: str, part: str) -> str:
    if part in QUIET_PARTS:
        return name
    return f"{name}.{part}"[-300:] if name else part[:300]


def key_name(key: object) -> str:
    if isinstance(key, (str, bytes)):
        return as_text(key) or ""
    if isinstance(key, int) and abs(key) < 1 << 64:
        return str(key)
    return "?"
