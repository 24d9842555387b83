"""What is known of a file while it is being read: one mutable notebook, made into a `CheckpointReport` at the end."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace

from bot.model import GlobalUse, TensorInfo
from bot.scan.checkpoint.allowlist import AllowList
from bot.scan.checkpoint.faults import FaultLog
from bot.scan.checkpoint.inert import Call
from bot.scan.checkpoint.inflate import hold
from bot.scan.checkpoint.judge import Ruling
from bot.scan.checkpoint.limits import Limits
from bot.scan.checkpoint.machine import Machine, Walk
from bot.scan.checkpoint.reader import Reader
from bot.scan.checkpoint.walking import walk_pickle

Examine = Callable[["Reading", Reader, str], None]


@dataclass(slots=True)
class Reading:
    """`format` is the outermost container's. `examine` reads whatever stands in a reader; containers call it for what
    they hold, with a label that says where it stands. `crc` asks for a pass over all bytes.

    `loadable` is whether torch.load reads such a container with weights_only; `refusals` and `stream_refusals` why
    it would not; `unreadable` marks files of which nothing can be said. `torchscript` is whether names that only
    TorchScript knows mean nothing to Python here; `unknown` are members of no format that is known.
    """

    path: str
    limits: Limits
    allowed: AllowList
    examine: Examine
    crc: bool = False
    log: FaultLog = field(default_factory=FaultLog)
    format: str = ""
    globals: list[GlobalUse] = field(default_factory=list)
    rulings: dict[tuple[str, str], Ruling] = field(default_factory=dict)
    numpy_dtypes: dict[str, None] = field(default_factory=dict)
    tensors: list[TensorInfo] = field(default_factory=list)
    refusals: list[str] = field(default_factory=list)
    stream_refusals: list[str] = field(default_factory=list)
    loadable: bool = False
    mappable: bool = False
    mmap_reason: str = ""
    unreadable: bool = False
    big_endian: bool = False
    depth: int = 0
    opcodes_spent: int = 0
    inflated: int = 0
    torchscript: bool = False
    unknown: list[str] = field(default_factory=list)
    shards: list[str] = field(default_factory=list)
    lfs_oid: str = ""
    lfs_size: int = -1

    def is_a(self, kind: str, *, loadable: bool = False) -> None:
        """Name the container, if this is the outermost one."""
        if not self.format and not self.depth:
            self.format = kind
            self.loadable = loadable

    def walk(
        self, reader: Reader, *, start: int = 0, after_build: Callable[[Machine, Call], None] | None = None
    ) -> Walk:
        """Walk one stream out of the whole file's opcode budget: a thousand long streams cost no more than one."""
        left = replace(self.limits, opcodes=max(1, self.limits.opcodes - self.opcodes_spent))
        walk = walk_pickle(reader, left, start=start, after_build=after_build)
        self.opcodes_spent += walk.opcodes
        return walk

    def hold(self, pieces: Iterator[bytes], record: str) -> bytes:
        """Unpack into memory what the bounds allow, of one record and of all together; says so where they are met."""
        bound = min(self.limits.held, max(0, self.limits.inflated - self.inflated))
        data, trouble = hold(pieces, bound)
        self.inflated += len(data)
        if trouble == "more":
            self.log.over(f"unpacks to more than {bound:,} bytes; only these were read", record=record)
        elif trouble:
            self.log.corrupt(trouble, record=record)
        return data

    def refuse(self, reason: str) -> None:
        """torch.load(weights_only=True) does not read such a container."""
        if reason not in self.refusals:
            self.refusals.append(reason)

    def refuse_stream(self, reason: str) -> None:
        """torch's unpickler does not take this stream. Of interest only where torch.load would read the file at all."""
        if reason not in self.stream_refusals and len(self.stream_refusals) < 20:
            self.stream_refusals.append(reason)

    def nested(self, reader: Reader, label: str) -> None:
        """Read what stands inside, one level deeper."""
        if self.depth >= self.limits.nesting:
            self.log.over(f"nested deeper than {self.limits.nesting} containers", record=label)
            return
        self.deeper(lambda: self.examine(self, reader, label))

    def deeper(self, read: Callable[[], None]) -> None:
        """Call `read` one level down, if there is one left."""
        if self.depth >= self.limits.nesting:
            return
        self.depth += 1
        try:
            read()
        finally:
            self.depth -= 1
