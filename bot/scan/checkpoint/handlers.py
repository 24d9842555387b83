"""What the opcodes that name and call things do, and the table of all of them."""

from __future__ import annotations

from bot.scan.checkpoint import handlers_data as data
from bot.scan.checkpoint.handlers_data import Handler
from bot.scan.checkpoint.inert import Call, Global, Persistent, Unknown
from bot.scan.checkpoint.machine import Machine
from bot.scan.checkpoint.opcodes import NAMES


def import_name(machine: Machine) -> None:
    module = data.read_line(machine).decode("utf-8", "replace")
    name = data.read_line(machine).decode("utf-8", "replace")
    machine.push(machine.name(module, name))


def stack_global(machine: Machine) -> None:
    name, module = machine.pop(), machine.pop()
    if not (isinstance(name, str) and isinstance(module, str)):
        machine.fault("STACK_GLOBAL whose module or name is no string")
        name = name if isinstance(name, str) else "?"
        module = module if isinstance(module, str) else "?"
    machine.push(machine.name(module, name))


def extension(width: int) -> Handler:
    def handler(machine: Machine) -> None:
        code = int.from_bytes(machine.cursor.take(width), "little", signed=width == 4)
        machine.walk.extensions.append((machine.at, code))
        machine.push(machine.name("copyreg", f"extension code {code}"))

    return handler


def reduce(machine: Machine) -> None:
    arguments, callee = machine.pop(), machine.pop()
    machine.call(callee, arguments, "REDUCE")


def newobj(machine: Machine) -> None:
    arguments, callee = machine.pop(), machine.pop()
    machine.call(callee, arguments, "NEWOBJ")


def newobj_ex(machine: Machine) -> None:
    keywords, arguments, callee = machine.pop(), machine.pop(), machine.pop()
    machine.call(callee, (arguments, keywords), "NEWOBJ_EX")


def obj(machine: Machine) -> None:
    items = machine.pop_mark()
    if not items:
        machine.fault("OBJ without a class")
        items = [Unknown("no class")]
    machine.call(items[0], tuple(items[1:]), "OBJ")


def inst(machine: Machine) -> None:
    module = data.read_line(machine).decode("utf-8", "replace")
    name = data.read_line(machine).decode("utf-8", "replace")
    arguments = tuple(machine.pop_mark())
    machine.call(machine.name(module, name), arguments, "INST")


def build(machine: Machine) -> None:
    state, target = machine.pop(), machine.top()
    if isinstance(target, Global):
        target.built = True
    elif isinstance(target, Call):
        target.state = state
        if machine.after_build:
            before = machine.cursor.position
            machine.after_build(machine, target)
            if machine.cursor.position != before:
                machine.frame_end = -1  # raw bytes stand between two frames
    elif not isinstance(target, (Unknown, Persistent)):
        machine.fault("BUILD on what has no state")


def persistent(machine: Machine) -> None:
    machine.push(Persistent(machine.pop(), machine.at))


def persistent_line(machine: Machine) -> None:
    machine.push(Persistent(data.read_line(machine).decode("ascii", "replace"), machine.at))


def stop(machine: Machine) -> None:
    machine.walk.root = machine.pop()
    machine.walk.stopped = True


_BY_NAME: dict[str, Handler] = {
    "MARK": data.mark,
    "STOP": stop,
    "POP": data.pop,
    "POP_MARK": data.pop_mark,
    "DUP": data.dup,
    "FLOAT": data.float_line,
    "INT": data.integer_line,
    "BININT": data.unpacked("<i"),
    "BININT1": data.unpacked("<B"),
    "LONG": data.integer_line,
    "BININT2": data.unpacked("<H"),
    "NONE": data.constant(None),
    "PERSID": persistent_line,
    "BINPERSID": persistent,
    "REDUCE": reduce,
    "STRING": data.string_line,
    "BINSTRING": data.sized(4, text=False, signed=True),
    "SHORT_BINSTRING": data.sized(1, text=False),
    "UNICODE": data.unicode_line,
    "BINUNICODE": data.sized(4, text=True),
    "APPEND": data.append,
    "BUILD": build,
    "GLOBAL": import_name,
    "DICT": data.dict_from_mark,
    "EMPTY_DICT": data.empty_dict,
    "APPENDS": data.appends("APPENDS"),
    "GET": data.recall_line,
    "BINGET": data.recall(1),
    "INST": inst,
    "LONG_BINGET": data.recall(4),
    "LIST": data.list_from_mark("list"),
    "EMPTY_LIST": data.fresh_items("list"),
    "OBJ": obj,
    "PUT": data.remember_line,
    "BINPUT": data.remember(1),
    "LONG_BINPUT": data.remember(4),
    "SETITEM": data.setitem,
    "TUPLE": data.tuple_from_mark,
    "EMPTY_TUPLE": data.constant(()),
    "SETITEMS": data.setitems,
    "BINFLOAT": data.unpacked(">d"),
    "BINBYTES": data.sized(4, text=False),
    "SHORT_BINBYTES": data.sized(1, text=False),
    "PROTO": data.proto,
    "NEWOBJ": newobj,
    "EXT1": extension(1),
    "EXT2": extension(2),
    "EXT4": extension(4),
    "TUPLE1": data.tuple_of(1),
    "TUPLE2": data.tuple_of(2),
    "TUPLE3": data.tuple_of(3),
    "NEWTRUE": data.constant(True),
    "NEWFALSE": data.constant(False),
    "LONG1": data.long(1),
    "LONG4": data.long(4),
    "SHORT_BINUNICODE": data.sized(1, text=True),
    "BINUNICODE8": data.sized(8, text=True),
    "BINBYTES8": data.sized(8, text=False),
    "EMPTY_SET": data.fresh_items("set"),
    "ADDITEMS": data.appends("ADDITEMS"),
    "FROZENSET": data.list_from_mark("frozenset"),
    "NEWOBJ_EX": newobj_ex,
    "STACK_GLOBAL": stack_global,
    "MEMOIZE": data.memoize,
    "FRAME": data.frame,
    "BYTEARRAY8": data.sized(8, text=False),
    "NEXT_BUFFER": data.out_of_band,
    "READONLY_BUFFER": lambda machine: None,
}

HANDLERS: dict[int, Handler] = {code: _BY_NAME[name] for code, name in NAMES.items()}
