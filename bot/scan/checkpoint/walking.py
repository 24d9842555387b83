"""Drive the machine over one stream, within its bounds."""

from __future__ import annotations

from collections.abc import Callable

from bot.scan.checkpoint.cursor import CutShortError
from bot.scan.checkpoint.handlers import HANDLERS
from bot.scan.checkpoint.inert import Call
from bot.scan.checkpoint.limits import Limits
from bot.scan.checkpoint.machine import Machine, Walk
from bot.scan.checkpoint.opcodes import NAMES, TORCH_READS
from bot.scan.checkpoint.reader import Reader

UNREAD_BY_TORCH = frozenset(code for code, name in NAMES.items() if name not in TORCH_READS)


def walk_pickle(
    reader: Reader,
    limits: Limits,
    *,
    start: int = 0,
    after_build: Callable[[Machine, Call], None] | None = None,
) -> Walk:
    """Walk the pickle at `start` to its STOP, its first unreadable byte or a bound. Hostile bytes never raise."""
    machine = Machine(reader, limits, start=start, after_build=after_build)
    try:
        _run(machine)
    except CutShortError as short:
        machine.fault(f"{_opcode_at(machine)} is cut off: {short.wanted:,} more bytes wanted")
    machine.walk.end = machine.cursor.position
    return machine.walk


def _run(machine: Machine) -> None:
    walk, cursor = machine.walk, machine.cursor
    count = 0
    while not walk.stopped:
        index = cursor.index
        machine.at = at = cursor.base + index
        if index < len(cursor.buffer):
            opcode = cursor.buffer[index]
            cursor.index = index + 1
        else:
            opcode = cursor.byte()
        handler = HANDLERS.get(opcode)
        if handler is None:
            machine.fault("the pickle ends without STOP" if opcode < 0 else f"byte 0x{opcode:02x} is no pickle opcode")
            return
        walk.opcodes = count = count + 1
        if walk.unsupported is None and opcode in UNREAD_BY_TORCH:
            walk.unsupported = (NAMES[opcode], opcode, at)
        handler(machine)
        if machine.frame_end >= 0 and at < machine.frame_end < cursor.position:
            machine.fault(f"{NAMES[opcode]} reaches over the end of its frame at byte {machine.frame_end}")
            machine.frame_end = -1
        if not count & 0xFF and machine.over_limits():
            return


def _opcode_at(machine: Machine) -> str:
    data = machine.cursor.reader.read(machine.at, 1)
    return NAMES.get(data[0], "the opcode") if data else "the opcode"
