"""A pickle machine whose objects are inert: it follows the stack, the memo and the names, and never imports or calls.

What CPython's unpickler would see is followed exactly as far as the stream is whole. At the first break a fault is
kept and the walk goes on as best it can, so that a payload before (or after) a broken tail is still named.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from bot.scan.checkpoint.cursor import Cursor
from bot.scan.checkpoint.inert import SCALARS, Blob, Call, Global, Items, Pairs, Unknown, elements
from bot.scan.checkpoint.limits import Limits
from bot.scan.checkpoint.opcodes import HIGHEST_PROTOCOL, NAMES
from bot.scan.checkpoint.reader import Reader

CORRUPTING = "on what is no dict: memory corruption before torch 2.10 (CVE-2026-24747)"
TENSOR_MAKERS = ("torch._utils._rebuild_", "torch.nn.parameter.Parameter", "torch._tensor.")
UNPICKLER = "torch.storage._load_from_bytes"
"""How a tensor is pickled without torch.save: torch loads the bytes it is handed, with plain pickle."""
CALLS_ITS_ARGUMENT = {
    "torch._tensor._rebuild_from_type_v2": 0,
    "copyreg._reconstructor": 0,
    "copy_reg._reconstructor": 0,
    "copyreg.__newobj__": 0,
    "copyreg.__newobj_ex__": 0,
    "numpy.random._pickle.__generator_ctor": 1,
    "numpy.random._pickle.__randomstate_ctor": 1,
    "pandas.core.indexes.base._new_Index": 0,
    "pandas.core.indexes.datetimes._new_DatetimeIndex": 0,
}
"""Harmless functions that call what they are handed, and where among their arguments it stands."""
SETITEM_TARGETS = frozenset({"collections.OrderedDict", "collections.Counter"})


@dataclass(slots=True)
class Trouble:
    """A break in the stream, or a bound that was met (`over`)."""

    offset: int
    message: str
    over: bool = False


@dataclass(slots=True)
class Walk:
    """What one pickle stream says. `end` is the byte after STOP; `stopped` whether STOP was reached.

    `unsupported` names the first opcode torch's weights_only unpickler does not read; `subclasses` are objects that are
    filled like a dict or a list without being one, which torch >= 2.10 never loads; `computed` are calls of
    a call's result; `unpickled` are what torch's `_load_from_bytes` is called with.
    """

    start: int
    end: int = 0
    root: object = None
    protocol: int = 0
    stopped: bool = False
    globals: list[Global] = field(default_factory=list)
    troubles: list[Trouble] = field(default_factory=list)
    unsupported: tuple[str, int, int] | None = None
    subclasses: list[tuple[str, int, object]] = field(default_factory=list)
    computed: list[int] = field(default_factory=list)
    extensions: list[tuple[int, int]] = field(default_factory=list)
    embedded: list[tuple[int, bytes, Blob | None]] = field(default_factory=list)
    unpickled: list[tuple[int, object]] = field(default_factory=list)
    opcodes: int = 0

    @property
    def whole(self) -> bool:
        return self.stopped and not self.troubles


class Machine:
    """The state between two opcodes; `walking.walk_pickle` drives it.

    `after_build` may move the cursor: joblib writes raw arrays between two opcodes.
    """

    def __init__(
        self,
        reader: Reader,
        limits: Limits,
        *,
        start: int = 0,
        after_build: Callable[[Machine, Call], None] | None = None,
    ) -> None:
        self.cursor = Cursor(reader, start)
        self.limits = limits
        self.walk = Walk(start)
        self.after_build = after_build
        self.stack: list[object] = []
        self.marks: list[list[object]] = []
        self.memo: dict[int, object] = {}
        self.names: dict[tuple[str, str], Global] = {}
        self.at = start
        self.frame_end = -1

    def over_limits(self) -> bool:
        """Whether a bound is met; says which."""
        limits = self.limits
        if self.walk.opcodes >= limits.opcodes:
            self.fault(f"more than {limits.opcodes:,} opcodes", over=True)
        elif len(self.stack) > limits.stack or len(self.marks) > limits.stack:
            self.fault(f"more than {limits.stack:,} objects on the stack", over=True)
        elif len(self.memo) > limits.memo:
            self.fault(f"more than {limits.memo:,} memo entries", over=True)
        elif len(self.walk.globals) > limits.globals:
            self.fault(f"more than {limits.globals:,} imports", over=True)
        else:
            return False
        return True

    # -- what the handlers use -------------------------------------------------------------------------------
    def fault(self, message: str, *, over: bool = False) -> None:
        """Keep a break at the present opcode; a stream that is broken everywhere is described by its first ones."""
        if len(self.walk.troubles) < 20 or over:
            self.walk.troubles.append(Trouble(self.at, message, over))

    def push(self, value: object) -> None:
        self.stack.append(value)

    def pop(self) -> object:
        if self.stack:
            return self.stack.pop()
        self.fault(f"{NAMES.get(self.opcode_here(), 'an opcode')} takes from an empty stack")
        return Unknown("empty stack")

    def opcode_here(self) -> int:
        data = self.cursor.reader.read(self.at, 1)
        return data[0] if data else -1

    def top(self) -> object:
        if self.stack:
            return self.stack[-1]
        self.fault(f"{NAMES.get(self.opcode_here(), 'an opcode')} looks at an empty stack")
        value = Unknown("empty stack")
        self.stack.append(value)
        return value

    def pop_mark(self) -> list[object]:
        items = self.stack
        if self.marks:
            self.stack = self.marks.pop()
        else:
            self.fault("takes back to a MARK that was never set")
            self.stack = []
        return items

    def name(self, module: str, name: str) -> Global:
        """The global of this name: one object for all its mentions, at the byte of the first."""
        found = self.names.get((module, name))
        if found is None:
            found = self.names[module, name] = Global(module, name, self.at)
            self.walk.globals.append(found)
        return found

    def call(self, callee: object, arguments: object, opcode: str) -> None:
        self._mark_called(callee, opcode)
        if isinstance(callee, Global):
            if callee.dotted == UNPICKLER and len(self.walk.unpickled) < 1000:
                self.walk.unpickled.append((self.at, arguments))
            if callee.dotted in CALLS_ITS_ARGUMENT:
                self._call_argument(CALLS_ITS_ARGUMENT[callee.dotted], arguments, opcode)
        self.push(Call(callee, arguments, opcode, self.at))

    def _call_argument(self, place: int, arguments: object, opcode: str) -> None:
        """What such a function calls. Arguments that are computed themselves can be anything."""
        if not isinstance(arguments, (tuple, Items)):
            self.walk.computed.append(self.at)
            return
        handed = elements(arguments)[place : place + 1]
        for callee in handed:
            self._mark_called(callee, opcode)
            if isinstance(callee, Global) and callee.dotted == UNPICKLER:
                self.walk.unpickled.append((self.at, None))

    def _mark_called(self, callee: object, opcode: str) -> None:
        if isinstance(callee, Global):
            callee.called = True
            callee.reduced = callee.reduced or not opcode.startswith("NEWOBJ")
        elif isinstance(callee, Call):
            self.walk.computed.append(self.at)
        elif not isinstance(callee, Unknown):
            self.fault(f"{opcode} calls what cannot be called")

    def extend(self, target: object, values: list[object], opcode: str) -> None:
        """APPEND, APPENDS, ADDITEMS."""
        if isinstance(target, Items):
            target.count += len(values)
            if len(target.held) + len(values) > self.limits.kept:
                values = [value for value in values if not isinstance(value, SCALARS)]
            target.held.extend(values)
        elif isinstance(target, Call):
            self._subclass(opcode, target)
            target.items.extend(values)
        elif not isinstance(target, Unknown):
            self.fault(f"{opcode} to what is no list")

    def put_items(self, target: object, flat: list[object], opcode: str) -> None:
        """SETITEM, SETITEMS. Anything but a dict here is what CVE-2026-24747 is made of."""
        if len(flat) % 2:
            self.fault(f"{opcode} with a key and no value")
        pairs = list(zip(flat[::2], flat[1::2], strict=False))
        if isinstance(target, Pairs):
            target.count += len(pairs)
            if len(target.held) + len(pairs) > self.limits.kept:
                pairs = [pair for pair in pairs if not isinstance(pair[1], SCALARS)]
            target.held.extend(pairs)
        elif isinstance(target, Call):
            dotted = target.callee.dotted if isinstance(target.callee, Global) else ""
            if dotted.startswith(TENSOR_MAKERS):
                self.fault(f"{opcode} {CORRUPTING}")
            elif dotted not in SETITEM_TARGETS:
                self._subclass(opcode, target)
            target.pairs.extend(pairs)
        elif not isinstance(target, Unknown):
            self.fault(f"{opcode} {CORRUPTING}")

    def _subclass(self, opcode: str, target: Call) -> None:
        if len(self.walk.subclasses) < 100:
            self.walk.subclasses.append((opcode, self.at, target.callee))

    def remember(self, key: int) -> None:
        if key < 0:
            self.fault(f"memo key {key} is negative")
            return
        self.memo[key] = self.top()

    def recall(self, key: int) -> None:
        value = self.memo.get(key, self)
        if value is self:
            self.fault(f"memo key {key} was never set")
            value = Unknown("memo")
        self.push(value)

    def check_protocol(self, protocol: int) -> None:
        self.walk.protocol = max(self.walk.protocol, protocol)
        if protocol > HIGHEST_PROTOCOL:
            self.fault(f"protocol {protocol} does not exist")
