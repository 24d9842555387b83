"""Tensors and storages out of a walked pickle: what `torch._utils._rebuild_*` would be given, checked."""

from __future__ import annotations

import re

from bot.model import TensorInfo
from bot.scan.checkpoint.dtypes import DTYPES, STORAGES
from bot.scan.checkpoint.inert import Call, Global, Items, Pairs, Persistent, as_integer, as_text, elements
from bot.scan.checkpoint.inventory import (
    Inventory,
    Sparse,
    Storage,
    join,
    key_name,
    quantity,
    short,
    sizes_of,
    view_of,
)
from bot.scan.checkpoint.limits import Limits
from bot.scan.checkpoint.machine import UNPICKLER

REBUILD = "torch._utils._rebuild_"
ARITY = {"tensor": (4,), "tensor_v2": (6, 7), "tensor_v3": (7, 8), "qtensor": (7,), "parameter": (3,)}
DEVICES = re.compile(r"[a-z][a-z_]{1,30}(?::\d{1,4})?\Z")
"""`cpu`, `cuda:1`, and the words of back ends that are not known here: map_location decides about those."""


def take_inventory(root: object, limits: Limits) -> Inventory:
    """Visit the object tree once, by identity, within `limits.objects` and `limits.tensors`."""
    return _Visitor(limits).visit(root)


class _Visitor:
    def __init__(self, limits: Limits) -> None:
        self.limits = limits
        self.found = Inventory()
        self.todo: list[tuple[str, object]] = []
        self.seen: set[int] = set()

    def visit(self, root: object) -> Inventory:
        self.todo.append(("", root))
        while self.todo:
            name, value = self.todo.pop()
            if not isinstance(value, (tuple, Items, Pairs, Call, Persistent)):
                continue
            shared = id(value) in self.seen
            if shared and not (isinstance(value, Call) and len(self.found.tensors) < self.limits.tensors):
                continue
            self.seen.add(id(value))
            if len(self.seen) > self.limits.objects or len(self.found.tensors) > self.limits.tensors:
                self.trouble("more objects than this reader follows", 0, over=True)
                break
            self._open(name, value, shared=shared)
        return self.found

    def trouble(self, message: str, at: int, *, over: bool = False) -> None:
        if len(self.found.troubles) < 100:
            self.found.troubles.append((message, at, over))

    def _open(self, name: str, value: object, *, shared: bool) -> None:
        if isinstance(value, Call):
            self._open_call(name, value, shared=shared)
        elif isinstance(value, Persistent):
            self.storage(value)
        elif isinstance(value, Pairs):
            self._push_pairs(name, value.held)
        else:
            self._push_members(name, elements(value))

    def _later(self, found: list[tuple[str, object]]) -> None:
        """Visit these next, in this order: the first declaration of a storage is the one torch reads."""
        self.todo.extend(reversed(found))

    def _push_members(self, name: str, members: list[object]) -> None:
        self._later([(join(name, str(index)), each) for index, each in enumerate(members)])

    def _push_pairs(self, name: str, pairs: list[tuple[object, object]]) -> None:
        self._later([each for key, value in pairs for each in ((name, key), (join(name, key_name(key)), value))])

    def _open_call(self, name: str, call: Call, *, shared: bool) -> None:
        callee = call.callee
        dotted = callee.dotted if isinstance(callee, Global) else ""
        if self._rebuild(name, dotted, call, shared=shared) or shared:
            return
        self._push_pairs(name, call.pairs)
        self._push_members(name, call.items)
        self.todo.append((name, call.state))
        if dotted == "numpy.dtype" and isinstance(call.arguments, tuple) and call.arguments:
            self.found.numpy_dtypes.append(as_text(call.arguments[0]) or "")
        if dotted in ("torch.nn.parameter.Parameter", "torch._tensor._rebuild_from_type_v2"):
            self._wrapped(name, dotted, call)
        else:
            self._later([(name, callee), (name, call.arguments)])

    def _wrapped(self, name: str, dotted: str, call: Call) -> None:
        """Parameter(data); _rebuild_from_type_v2(function, type, arguments, state)."""
        arguments = elements(call.arguments)
        if dotted.endswith("_v2") and len(arguments) >= 4:
            self._later([(name, Call(arguments[0], arguments[2], "REDUCE", call.offset)), (name, arguments[3])])
        else:
            self._later([(name, each) for each in arguments])

    # -- the rebuild functions -----------------------------------------------------------------------------------
    def _rebuild(self, name: str, dotted: str, call: Call, *, shared: bool) -> bool:
        """Whether `call` makes a tensor; if so it is recorded. A shared parameter is followed one step only, so that
        parameters of parameters cost no more than their number."""
        if not dotted.startswith(REBUILD):
            return self._legacy_tensor(name, dotted, call)
        kind, arguments = dotted.removeprefix(REBUILD), elements(call.arguments)
        if len(arguments) not in ARITY.get(kind, (len(arguments),)):
            self.trouble(f"{dotted} is given {len(arguments)} arguments: torch raises TypeError", call.offset)
        if kind in ("tensor", "tensor_v2", "tensor_v3", "qtensor") and len(arguments) >= 4:
            dtype = arguments[6] if kind == "tensor_v3" and len(arguments) > 6 else None
            self.strided(name, arguments, call.offset, dtype=dtype)
            if kind == "qtensor" and len(arguments) > 4:
                self._quantised(name, arguments, call.offset)
            return True
        if kind == "meta_tensor_no_storage" and len(arguments) >= 3:
            self.without_storage(name, arguments[0], arguments[1], arguments[2], at=call.offset)
            return True
        if kind == "wrapper_subclass" and len(arguments) >= 7:
            self.without_storage(name, arguments[1], arguments[2], arguments[3], at=call.offset)
            return True
        if kind == "sparse_tensor" and len(arguments) >= 2 and not shared:
            self._sparse(name, arguments[1], call.offset)
            return True
        if kind in ("parameter", "parameter_with_state", "device_tensor_from_cpu_tensor") and arguments:
            if not shared or _is_strided(arguments[0]):
                self._later([(name, each) for each in arguments[:1]])
            return True
        return False

    def _legacy_tensor(self, name: str, dotted: str, call: Call) -> bool:
        """`torch.FloatTensor` made empty and filled by BUILD: files from before torch 0.4."""
        state = elements(call.state)
        if not (dotted.startswith("torch.") and dotted.endswith("Tensor") and len(state) >= 4):
            return False
        self.strided(name, state, call.offset, dtype=None)
        return True

    def _sparse(self, name: str, data: object, at: int) -> None:
        parts = elements(data)
        place = next((index for index, part in enumerate(parts) if sizes_of(part) is not None), len(parts))
        labels = ("indices", "values") if place < 3 else ("indices", "plain_indices", "values")
        size = sizes_of(parts[place]) if place < len(parts) else None
        if size is None or any(each < 0 for each in size):
            self.trouble(f"sparse tensor {name!r} has no size or a negative one", at)
        else:
            self.found.sparse.append(Sparse(name, size, labels[:-1], at))
        self._later(
            [
                (join(name, labels[index] if index < len(labels) else str(index)), part)
                for index, part in enumerate(parts)
                if isinstance(part, Call)
            ]
        )

    def _quantised(self, name: str, arguments: list[object], at: int) -> None:
        size, params = sizes_of(arguments[2]), elements(arguments[4])
        if len(params) == 4 and size is not None:
            axis = as_integer(params[3])
            if axis is None or not 0 <= axis < len(size):
                self.trouble(f"quantised tensor {name!r} has axis {axis} of {len(size)} dimensions", at)
        self.todo.extend((join(name, "scale"), each) for each in params)

    def storage(self, value: Persistent) -> Storage | None:
        """The storage a persistent id stands for, recorded once by its key."""
        pid = elements(value.pid)
        if len(pid) < 5 or as_text(pid[0]) != "storage":
            self.found.persistent.append(value)
            return None
        key, numel, kind = as_text(pid[2]), as_integer(pid[4]), pid[1]
        name = kind.name.rsplit(".", 1)[-1] if isinstance(kind, Global) else ""
        if key is None or numel is None or name not in STORAGES:
            self.trouble("a storage whose type, key or length cannot be read", value.offset)
            return None
        dtype, itemsize = STORAGES[name]
        storage = Storage(key, dtype, itemsize, numel, as_text(pid[3]) or "", value.offset, view_of(pid), len(pid))
        if numel < 0:
            self.trouble(f"storage {key} has {numel} elements", value.offset)
        if not DEVICES.match(storage.device):
            self.trouble(
                f"storage {key} is from device {storage.device[:40]!r}, which is no device's name", value.offset
            )
        first = self.found.storages.setdefault(key, storage)
        if first.nbytes != storage.nbytes:
            self.trouble(f"storage {key} is declared with {first.nbytes:,} and {storage.nbytes:,} bytes", value.offset)
        return storage

    def strided(self, name: str, arguments: list[object], at: int, *, dtype: object) -> None:
        """A tensor over a storage: `(storage, offset, size, stride, ...)`."""
        if _is_unpickled(arguments[0]):
            self.without_storage(name, dtype, arguments[2], arguments[3], at=at)
            return
        storage = self.storage(arguments[0]) if isinstance(arguments[0], Persistent) else None
        offset, size, stride = as_integer(arguments[1]), sizes_of(arguments[2]), sizes_of(arguments[3])
        if storage is None or offset is None or size is None or stride is None:
            self.trouble(f"tensor {name!r} is built from what is no storage, offset, size and stride", at)
            return
        own = DTYPES.get(dtype.name, (storage.dtype, storage.itemsize)) if isinstance(dtype, Global) else None
        kind, itemsize = own or (storage.dtype, storage.itemsize)
        if len(size) != len(stride) or min((0, offset, *size, *stride)) < 0:
            self.trouble(f"tensor {name!r} has offset {offset}, shape {short(size)}, stride {short(stride)}", at)
            return
        span = sum((n - 1) * step for n, step in zip(size, stride, strict=True)) + 1 if all(size) else 0
        end = _end_bytes(storage, offset, span, itemsize)
        room = storage.view[2] * storage.itemsize if storage.view else storage.nbytes
        if span and end > room:
            self.trouble(f"tensor {name!r} ends at byte {end:,} of storage {storage.key}, which has {room:,}", at)
        self._expansion(name, size, itemsize, storage.nbytes, at)
        self.found.tensors.append(
            TensorInfo(name, kind, size, stride, offset, storage.key, storage.device, max(0, span) * itemsize)
        )

    def without_storage(self, name: str, dtype: object, shape: object, steps: object, *, at: int) -> None:
        size, stride = sizes_of(shape), sizes_of(steps)
        if size is None or min((0, *size)) < 0:
            self.trouble(f"tensor {name!r} has no readable shape", at)
            return
        kind, _ = DTYPES.get(dtype.name, ("unknown", 1)) if isinstance(dtype, Global) else ("unknown", 1)
        self.found.tensors.append(TensorInfo(name, kind, size, stride or (), 0, "", "meta", 0))

    def _expansion(self, name: str, size: tuple[int, ...], itemsize: int, held: int, at: int) -> None:
        logical = itemsize
        for count in size:
            logical *= count
        if logical - held > self.limits.expansion:
            self.trouble(
                f"tensor {name!r} of shape {short(size)} stands for {quantity(logical)} over a storage of {held:,} "
                "bytes (stride 0): any copy of it exhausts memory",
                at,
                over=True,
            )


def _is_strided(value: object) -> bool:
    callee = value.callee if isinstance(value, Call) else None
    return isinstance(callee, Global) and callee.dotted.startswith((f"{REBUILD}tensor", f"{REBUILD}qtensor"))


def _is_unpickled(value: object) -> bool:
    """A storage pickled without torch.save: its bytes are read where they stand, as a file of their own."""
    return isinstance(value, Call) and isinstance(value.callee, Global) and value.callee.dotted == UNPICKLER


def _end_bytes(storage: Storage, offset: int, span: int, itemsize: int) -> int:
    return (offset + span) * itemsize
