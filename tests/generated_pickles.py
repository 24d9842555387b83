"""Pickles and checkpoints made in code: payloads of every class that scanners' own tests generate, and random ones.

Nothing here is ever unpickled but by `torch.load(weights_only=True)` in a locked child. A payload that ran all the same
would write to `canary` or connect to `port`.
"""

from __future__ import annotations

import random
import struct
from collections.abc import Iterator
from dataclasses import dataclass

from tests.checkpoint_bytes import (
    PROTO2,
    STOP,
    Tensor,
    call,
    floats,
    legacy_file,
    name,
    number,
    numbers,
    state_dict,
    text,
    torch_records,
    torch_zip,
    write_zip,
)


@dataclass(frozen=True)
class Made:
    """`name` says how it was made; `malicious` that static reading must call it CK101."""

    name: str
    data: bytes
    malicious: bool = False


# -- payloads -------------------------------------------------------------------------------------------------------
def payloads(canary: str, port: int) -> Iterator[Made]:
    """Each gadget, named in every way an opcode can, in every container torch.load opens."""
    shell = f"touch {canary}"
    connect = f"__import__('socket').create_connection(('127.0.0.1', {port}))"
    gadgets = [
        ("os", "system", text(shell)), ("posix", "system", text(shell)), ("subprocess", "getoutput", text(shell)),
        ("builtins", "eval", text(connect)), ("__builtin__", "exec", text(connect)), ("builtins", "__import__", text("os")),
        ("builtins", "getattr", name("os", "path") + text("join")), ("importlib", "import_module", text("os")),
        ("code", "InteractiveInterpreter", b""), ("runpy", "run_path", text(canary)), ("pty", "spawn", text(shell)),
        ("cProfile", "run", text(connect)), ("pydoc", "locate", text("os.system")), ("ctypes", "CDLL", text("libc.so.6")),
        ("_io", "FileIO", text(canary) + text("w")), ("io", "open", text(canary) + text("w")),
        ("pathlib", "Path.write_text", text(canary) + text("x")), ("distutils.file_util", "write_file", text(canary) + b"]"),
        ("shutil", "copyfile", text("/etc/passwd") + text(canary)), ("logging", "FileHandler", text(canary)),
        ("smtplib", "SMTP", text("127.0.0.1") + number(port)), ("ftplib", "FTP", text("127.0.0.1")),
        ("socket", "create_connection", b"(" + text("127.0.0.1") + number(port) + b"t"),
        ("urllib.request", "urlopen", text(f"http://127.0.0.1:{port}/")), ("webbrowser", "open", text("http://x/")),
        ("multiprocessing.util", "spawnv_passfds", text("/bin/true") + b"]]"), ("os", "fork", b""), ("os", "kill", b""),
        ("asyncio.unix_events", "_UnixSubprocessTransport._start", text(shell)), ("uuid", "_get_command_stdout", text("id")),
        ("_osx_support", "_read_output", text(shell)), ("_osx_support", "_find_build_tool", text("x; touch " + canary)),
        ("_aix_support", "_read_cmd_output", text(shell)), ("numpy.f2py.crackfortran", "getlincoef", text(connect) + b"}"),
        ("marshal", "loads", text("x")), ("pickle", "loads", text("x")),
        ("torch.storage", "_load_from_bytes", call("_codecs", "encode", text(_hidden(shell)) + text("cp037"))),
        ("torch.storage", "_load_from_bytes", call("_codecs", "encode", text(_plain(shell)) + text("latin1"))),
        ("types", "FunctionType", b""), ("types", "CodeType", b""), ("operator", "methodcaller", text("system")),
        ("_operator", "attrgetter", text("system")), ("functools", "partial", name("os", "system")),
        ("builtins", "map", name("os", "system") + b"]"), ("timeit", "timeit", text(connect)), ("pip", "main", b"]"),
        ("fickling.hook", "remove_hook", b""), ("site", "main", b""), ("torch.hub", "load", text("x") + text("y")),
        ("torch.utils.collect_env", "run", text(shell)), ("torch.serialization", "os.system", text(shell)),
        ("nobodys.package", "function", text("x")),
    ]  # fmt: skip
    for module, attribute, arguments in gadgets:
        for way, opcodes in _ways(module, attribute, arguments):
            if way == "NEWOBJ" and module.split(".")[0] in ("nobodys", "fickling"):
                continue  # makes an object of a class and calls no function: a class nobody knows is CK102
            if way in ("NEWOBJ", "persistent id") and attribute == "_load_from_bytes":
                continue
            title = f"{module}.{attribute} by {way}"
            yield Made(f"{title}, pickle", PROTO2 + opcodes + STOP, malicious=True)
            yield Made(f"{title}, zip", torch_zip(state_dict(w=Tensor(), x=opcodes)), malicious=True)
            yield Made(f"{title}, legacy", legacy_file({"w": Tensor()}, main=_legacy(opcodes)), malicious=True)


def _plain(shell: str) -> str:
    return f"N0cos\nsystem\n(V{shell}\ntR."


def _hidden(shell: str) -> str:
    """Text that another encoding than latin-1 turns into a pickle."""
    return _plain(shell).encode("latin-1").decode("cp037")


def _legacy(opcodes: bytes) -> bytes:
    return PROTO2 + b"}(" + text("w") + Tensor().opcodes(legacy=True) + text("x") + opcodes + b"u" + STOP


def _ways(module: str, attribute: str, arguments: bytes) -> Iterator[tuple[str, bytes]]:
    """REDUCE on GLOBAL and STACK_GLOBAL, INST, OBJ, NEWOBJ, through the memo, as a key, in a state, beside a POP."""
    plain = call(module, attribute, arguments)
    stacked = text(module) + text(attribute) + b"\x93"
    yield "GLOBAL", plain
    yield "STACK_GLOBAL", stacked + b"(" + arguments + b"tR"
    yield "INST", b"(" + arguments + f"i{module}\n{attribute}\n".encode()
    yield "OBJ", b"(" + name(module, attribute) + arguments + b"o"
    yield "NEWOBJ", name(module, attribute) + b"(" + arguments + b"t\x81"
    yield "memo", text(module) + b"q\x07" + text(attribute) + b"q\x08" + b"00h\x07h\x08\x93(" + arguments + b"tR"
    yield "key", b"}" + plain + b"Ns"
    yield "state", name("collections", "OrderedDict") + b")R}" + text("k") + plain + b"sb"
    yield "thrown away", plain + b"0N"
    yield "persistent id", b"(" + text("storage") + plain + text("0") + text("cpu") + number(6) + b"tQ"


# -- random ---------------------------------------------------------------------------------------------------------
ALLOWED = (
    ("torch", "Size"), ("torch", "float32"), ("torch", "device"), ("collections", "OrderedDict"), ("collections", "Counter"),
    ("builtins", "set"), ("builtins", "bytearray"), ("builtins", "complex"), ("_codecs", "encode"), ("torch", "Tensor"),
    ("torch._utils", "_rebuild_parameter"), ("torch.nn.parameter", "Parameter"), ("torch._utils", "_rebuild_tensor_v2"),
    ("torch._utils", "_rebuild_sparse_tensor"), ("torch.serialization", "_get_layout"), ("torch", "FloatStorage"),
)  # fmt: skip
KINDS = ("FloatStorage", "HalfStorage", "DoubleStorage", "LongStorage", "ByteStorage", "BoolStorage", "BFloat16Storage")


def random_files(seed: int, count: int) -> Iterator[Made]:
    """Sound and unsound checkpoints: random programs, random geometry, and bytes flipped in either."""
    dice = random.Random(seed)
    for index in range(count):
        pickle = state_dict(w=Tensor(), x=_value(dice, depth=0)) if dice.random() < 0.6 else _geometry(dice)
        container = dice.choice(("zip", "zip", "zip", "legacy", "pickle", "deflated"))
        if container == "legacy":
            odd = _tensor(dice).opcodes(legacy=True)
            main = PROTO2 + b"}" + text("w") + odd + b"s" + STOP if dice.random() < 0.5 else pickle
            data = legacy_file({"w": Tensor()}, main=main)
        elif container == "pickle":
            data = pickle
        else:
            records = torch_records(pickle, s0=floats(6 if dice.random() < 0.8 else dice.choice((5, 7, 12))))
            for record in records:
                record.method = 8 if container == "deflated" and dice.random() < 0.5 else 0
            data = write_zip(records)
        if dice.random() < 0.25:
            data = _flipped(dice, data)
        yield Made(f"random {seed}.{index} {container}", data)


def _flipped(dice: random.Random, data: bytes) -> bytes:
    changed = bytearray(data)
    for _ in range(dice.choice((1, 1, 2, 5))):
        at = dice.randrange(len(changed))
        match dice.randrange(4):
            case 0:
                changed[at] ^= 1 << dice.randrange(8)
            case 1:
                changed[at] = dice.randrange(256)
            case 2:
                del changed[at : at + dice.randrange(1, 9)]
            case _:
                changed[at:at] = dice.randbytes(dice.randrange(1, 5))
        if not changed:
            return b"\x80"
    return bytes(changed)


def _tensor(dice: random.Random) -> Tensor:
    kind = dice.choice(KINDS) if dice.random() < 0.3 else "FloatStorage"
    size = tuple(dice.choice((0, 1, 2, 3, 6, -1, 1 << 40)) for _ in range(dice.randrange(4)))
    if dice.random() < 0.7:
        size = dice.choice(((2, 3), (6,), (3, 2), (1, 6), ()))
    stride = tuple(dice.choice((0, 1, 3, 6)) for _ in size)
    numel = 6 if dice.random() < 0.8 else dice.choice((0, 5, 7, -1, 1 << 33))
    return Tensor(size=size, stride=stride, offset=dice.choice((0, 0, 0, 1, 5, -1)), numel=numel, kind=kind)


def _geometry(dice: random.Random) -> bytes:
    return state_dict(**{f"t{index}": _tensor(dice) for index in range(dice.randrange(1, 4))})


def _value(dice: random.Random, *, depth: int) -> bytes:
    """Opcodes that push one value; now and then ones that do not fit together."""
    leaves = (
        lambda: b"N", lambda: b"\x88", lambda: b"\x89", lambda: number(dice.randrange(-(1 << 40), 1 << 40)),
        lambda: b"G" + struct.pack(">d", dice.random()), lambda: text("k" * dice.randrange(5)),
        lambda: b"h" + bytes([dice.randrange(4)]), lambda: _tensor(dice).opcodes(), lambda: Tensor().opcodes(),
        lambda: name(*dice.choice(ALLOWED)), lambda: b")", lambda: b"]", lambda: b"}", lambda: numbers((1, 2)),
    )  # fmt: skip
    if depth > 3 or dice.random() < 0.3:
        return dice.choice(leaves)()

    def inner() -> bytes:
        return _value(dice, depth=depth + 1)

    match dice.randrange(10):
        case 0:
            return b"(" + b"".join(inner() for _ in range(dice.randrange(4))) + b"t"
        case 1:
            return b"](" + b"".join(inner() for _ in range(dice.randrange(4))) + b"e"
        case 2 | 3 | 4:
            pairs = b"".join(text(f"k{index}") + inner() for index in range(dice.randrange(4)))
            return b"}(" + pairs + b"u"
        case 5:
            return name(*dice.choice(ALLOWED)) + b"(" + b"".join(inner() for _ in range(dice.randrange(3))) + b"tR"
        case 6:
            return inner() + b"q" + bytes([dice.randrange(4)])
        case 7:
            return name("collections", "OrderedDict") + b")R" + b"(" + text("a") + inner() + b"u"
        case 8:
            return inner() + inner() + dice.choice((b"\x86", b"b", b"s", b"a", b"R", b"0", b"\x81"))
        case _:
            return inner()
