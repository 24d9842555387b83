"""What the opcodes that make plain values do: constants, numbers, text, bytes, tuples, lists, dicts, the memo."""

from __future__ import annotations

import struct
from collections.abc import Callable

from bot.scan.checkpoint.embedded import MOST, looks_packed
from bot.scan.checkpoint.inert import Blob, Items, Pairs, Unknown
from bot.scan.checkpoint.machine import Machine

Handler = Callable[[Machine], None]
LONGEST_INTEGER = 1024
"""Bytes of an integer worth knowing; torch itself reads at most 255."""


# -- constants -------------------------------------------------------------------------------------------------
def constant(value: object) -> Handler:
    return lambda machine: machine.push(value)


def fresh_items(kind: str) -> Handler:
    return lambda machine: machine.push(Items(kind))


def unpacked(layout: str) -> Handler:
    shape = struct.Struct(layout)

    def handler(machine: Machine) -> None:
        machine.push(shape.unpack(machine.cursor.take(shape.size))[0])

    return handler


def read_line(machine: Machine) -> bytes:
    return machine.cursor.line(machine.limits.line)


def integer_line(machine: Machine) -> None:
    line = read_line(machine)
    if line in (b"00", b"01"):
        machine.push(line == b"01")
        return
    push_decimal(machine, line.removesuffix(b"L"))


def push_decimal(machine: Machine, digits: bytes) -> None:
    if len(digits) > LONGEST_INTEGER:
        machine.push(Blob(machine.at, len(digits), digits[:16], text=True))
        return
    try:
        machine.push(int(digits))
    except ValueError:
        machine.fault(f"{digits[:20]!r} is no integer")
        machine.push(0)


def float_line(machine: Machine) -> None:
    try:
        machine.push(float(read_line(machine)))
    except ValueError:
        machine.fault("FLOAT without a number")
        machine.push(0.0)


def long(width: int) -> Handler:
    def handler(machine: Machine) -> None:
        count = int.from_bytes(machine.cursor.take(width), "little", signed=width == 4)
        if count < 0:
            machine.fault(f"an integer of {count} bytes")
            count = 0
        if count > LONGEST_INTEGER:
            push_blob(machine, count, text=False)
            return
        machine.push(int.from_bytes(machine.cursor.take(count), "little", signed=True))

    return handler


# -- text and bytes --------------------------------------------------------------------------------------------
def push_blob(machine: Machine, count: int, *, text: bool) -> None:
    start = machine.cursor.position
    head = machine.cursor.take(min(count, 64))
    machine.cursor.skip(count - len(head))
    blob = Blob(start, count, head, text)
    if looks_packed(head):
        keep_embedded(machine, start, b"", blob)
    machine.push(blob)


def keep_embedded(machine: Machine, start: int, data: bytes, blob: Blob | None) -> None:
    if len(machine.walk.embedded) <= MOST:
        machine.walk.embedded.append((start, data, blob))


def sized(width: int, *, text: bool, signed: bool = False) -> Handler:
    def handler(machine: Machine) -> None:
        count = int.from_bytes(machine.cursor.take(width), "little", signed=signed)
        if count < 0:
            machine.fault(f"a string of {count} bytes")
            count = 0
        if count > machine.limits.text:
            push_blob(machine, count, text=text)
            return
        start = machine.cursor.position
        data = machine.cursor.take(count)
        if looks_packed(data):
            keep_embedded(machine, start, data, None)
        machine.push(data.decode("utf-8", "surrogatepass") if text and is_text(machine, data) else data)

    return handler


def is_text(machine: Machine, data: bytes) -> bool:
    try:
        data.decode("utf-8", "surrogatepass")
    except UnicodeDecodeError as bad:
        machine.fault(f"text that is not UTF-8 at its byte {bad.start}")
        return False
    return True


def string_line(machine: Machine) -> None:
    start = machine.cursor.position
    line = read_line(machine)
    if len(line) >= 2 and line[:1] == line[-1:] and line[:1] in (b"'", b'"'):
        line = line[1:-1]
    else:
        machine.fault("STRING without its quotes")
    data = line.decode("unicode_escape", "replace")
    keep_packed(machine, start, data)
    machine.push(data)


def unicode_line(machine: Machine) -> None:
    start = machine.cursor.position
    data = read_line(machine).decode("raw_unicode_escape", "replace")
    keep_packed(machine, start, data)
    machine.push(data)


def keep_packed(machine: Machine, start: int, data: str) -> None:
    raw = data.encode("latin-1", "replace")
    if looks_packed(raw):
        keep_embedded(machine, start, raw, None)


def out_of_band(machine: Machine) -> None:
    machine.push(Unknown("out-of-band buffer"))


# -- stack and memo ----------------------------------------------------------------------------------------------
def proto(machine: Machine) -> None:
    machine.check_protocol(machine.cursor.take(1)[0])


def frame(machine: Machine) -> None:
    """A frame is only a hint to the C unpickler; one that ends inside an opcode is how a reader is led astray."""
    length = int.from_bytes(machine.cursor.take(8), "little")
    if length > machine.cursor.left:
        machine.fault(f"a frame of {length:,} bytes where {machine.cursor.left:,} are left")
    if machine.frame_end > machine.at:
        machine.fault(f"a frame inside the frame that ends at byte {machine.frame_end}")
    machine.frame_end = machine.cursor.position + length


def mark(machine: Machine) -> None:
    machine.marks.append(machine.stack)
    machine.stack = []


def pop(machine: Machine) -> None:
    if machine.stack:
        machine.stack.pop()
    else:
        machine.pop_mark()


def pop_mark(machine: Machine) -> None:
    machine.pop_mark()


def dup(machine: Machine) -> None:
    machine.push(machine.top())


def recall_line(machine: Machine) -> None:
    machine.recall(key(machine))


def remember_line(machine: Machine) -> None:
    machine.remember(key(machine))


def key(machine: Machine) -> int:
    line = read_line(machine)
    try:
        return int(line[:20])
    except ValueError:
        machine.fault(f"memo key {line[:20]!r}")
        return -1


def recall(width: int) -> Handler:
    return lambda machine: machine.recall(int.from_bytes(machine.cursor.take(width), "little"))


def remember(width: int) -> Handler:
    return lambda machine: machine.remember(int.from_bytes(machine.cursor.take(width), "little"))


def memoize(machine: Machine) -> None:
    machine.remember(len(machine.memo))


def tuple_of(count: int) -> Handler:
    def handler(machine: Machine) -> None:
        items = [machine.pop() for _ in range(count)]
        machine.push(tuple(reversed(items)))

    return handler


def tuple_from_mark(machine: Machine) -> None:
    items = machine.pop_mark()
    machine.push(tuple(items))


def list_from_mark(kind: str) -> Handler:
    def handler(machine: Machine) -> None:
        values = machine.pop_mark()
        items = Items(kind)
        machine.extend(items, values, kind)
        machine.push(items)

    return handler


def dict_from_mark(machine: Machine) -> None:
    flat = machine.pop_mark()
    pairs = Pairs()
    machine.put_items(pairs, flat, "DICT")
    machine.push(pairs)


def append(machine: Machine) -> None:
    value = machine.pop()
    machine.extend(machine.top(), [value], "APPEND")


def appends(opcode: str) -> Handler:
    def handler(machine: Machine) -> None:
        values = machine.pop_mark()
        machine.extend(machine.top(), values, opcode)

    return handler


def setitem(machine: Machine) -> None:
    value, key = machine.pop(), machine.pop()
    machine.put_items(machine.top(), [key, value], "SETITEM")


def setitems(machine: Machine) -> None:
    flat = machine.pop_mark()
    machine.put_items(machine.top(), flat, "SETITEMS")


def empty_dict(machine: Machine) -> None:
    machine.push(Pairs())
