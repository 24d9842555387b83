"""Hand-made checkpoints, byte by byte, without torch: an assembler of pickles and a writer of zips that can lie."""

from __future__ import annotations

import struct
import zlib
from dataclasses import dataclass, field

# -- pickles ------------------------------------------------------------------------------------------------------
PROTO2 = b"\x80\x02"
STOP = b"."


def text(value: str) -> bytes:
    data = value.encode()
    return b"X" + struct.pack("<I", len(data)) + data


def number(value: int) -> bytes:
    if 0 <= value < 256:
        return b"K" + bytes([value])
    if -(1 << 31) <= value < 1 << 31:
        return b"J" + struct.pack("<i", value)
    data = value.to_bytes((value.bit_length() + 8) // 8, "little", signed=True)
    return b"\x8a" + bytes([len(data)]) + data


def numbers(values: tuple[int, ...]) -> bytes:
    return b"(" + b"".join(number(value) for value in values) + b"t"


def name(module: str, attribute: str) -> bytes:
    return f"c{module}\n{attribute}\n".encode()


def call(module: str, attribute: str, arguments: bytes) -> bytes:
    """`arguments` are opcodes that push the members of one tuple."""
    return name(module, attribute) + b"(" + arguments + b"tR"


def payload(module: str = "os", attribute: str = "system", argument: str = "true") -> bytes:
    """A whole pickle that would call something."""
    return PROTO2 + call(module, attribute, text(argument)) + STOP


@dataclass(frozen=True)
class Tensor:
    """One entry of a state dict; the defaults are a sound 2x3 float32."""

    key: str = "0"
    size: tuple[int, ...] = (2, 3)
    stride: tuple[int, ...] = (3, 1)
    offset: int = 0
    numel: int = 6
    kind: str = "FloatStorage"
    tag: str = "storage"
    device: str = "cpu"

    def storage(self, *, legacy: bool = False) -> bytes:
        parts = text(self.tag) + name("torch", self.kind) + text(self.key) + text(self.device) + number(self.numel)
        return b"(" + parts + (b"N" if legacy else b"") + b"tQ"

    def opcodes(self, *, legacy: bool = False) -> bytes:
        shape = number(self.offset) + numbers(self.size) + numbers(self.stride)
        hooks = name("collections", "OrderedDict") + b")R"
        return call("torch._utils", "_rebuild_tensor_v2", self.storage(legacy=legacy) + shape + b"\x89" + hooks)


def state_dict(**tensors: Tensor | bytes) -> bytes:
    """A protocol 2 pickle of a dict; bytes are opcodes taken as they are."""
    items = b"".join(text(key) + _opcodes(value) for key, value in tensors.items())
    return PROTO2 + b"}(" + items + b"u" + STOP


def _opcodes(value: Tensor | bytes, *, legacy: bool = False) -> bytes:
    return value if isinstance(value, bytes) else value.opcodes(legacy=legacy)


def legacy_file(tensors: dict[str, Tensor], **changes: bytes) -> bytes:
    """torch's format before 1.6. `changes` replace a part: magic, version, system, keys, storages."""
    items = b"".join(text(key) + _opcodes(value, legacy=True) for key, value in tensors.items())
    keys = sorted({tensor.key for tensor in tensors.values()})
    parts = {
        "magic": PROTO2 + b"\x8a\x0a" + (0x1950A86A20F9469CFC6C).to_bytes(10, "little") + STOP,
        "version": PROTO2 + b"M\xe9\x03" + STOP,
        "system": PROTO2 + b"}" + text("little_endian") + b"\x88s" + STOP,
        "main": PROTO2 + b"}(" + items + b"u" + STOP,
        "keys": PROTO2 + b"](" + b"".join(text(key) for key in keys) + b"e" + STOP,
        "storages": b"".join(
            struct.pack("<q", tensor.numel) + struct.pack(f"<{tensor.numel}f", *range(tensor.numel))
            for _, tensor in sorted({tensor.key: tensor for tensor in tensors.values()}.items())
        ),
    }
    return b"".join({**parts, **changes}.values())


# -- zips -----------------------------------------------------------------------------------------------------------
@dataclass
class Record:
    """One record. `local` and `central` override header fields by name; `before` are bytes put in front of it."""

    name: str
    data: bytes
    method: int = 0
    flags: int = 0x0808
    local: dict[str, object] = field(default_factory=dict)
    central: dict[str, object] = field(default_factory=dict)
    descriptor: bytes | None = None
    before: bytes = b""


@dataclass
class End:
    """What the end of the archive says; None leaves the truth."""

    count: int | None = None
    count64: int | None = None
    offset: int | None = None
    trailing: bytes = b""
    comment: bytes = b""
    gap: bytes = b""
    prefix: bytes = b""


def write_zip(records: list[Record], end: End | None = None) -> bytes:
    """Write records as torch's writer does: data 64-byte aligned by an extra field, descriptor after, zip64 end."""
    end = end or End()
    out = bytearray()
    directory = bytearray()
    for record in records:
        out += record.before
        start = len(out)
        packed = _packed(record)
        facts = {"crc": zlib.crc32(record.data), "packed": len(packed), "size": len(record.data)}
        out += _local(record, len(out)) + packed
        if record.flags & 8 and record.data:
            out += record.descriptor or b"PK\x07\x08" + struct.pack("<III", *facts.values())
        directory += _central(record, facts, start)
    out += end.gap
    return bytes(end.prefix + out + directory) + _end(len(records), len(directory), len(out), end)


def _packed(record: Record) -> bytes:
    if record.method != 8:
        return record.data
    machine = zlib.compressobj(9, zlib.DEFLATED, -15)
    return machine.compress(record.data) + machine.flush()


def _local(record: Record, start: int) -> bytes:
    facts = {"name": record.name, "flags": record.flags, "method": record.method, "crc": 0, "packed": 0, "size": 0}
    facts |= record.local
    raw = str(facts["name"]).encode()
    pad = -(start + 30 + len(raw) + 4) % 64
    extra = b"FB" + struct.pack("<H", pad) + b"Z" * pad
    numbers_ = struct.pack(
        "<HHHHHIIIHH", 0, facts["flags"], facts["method"], 0, 0, facts["crc"], facts["packed"], facts["size"], len(raw),
        len(extra),
    )  # fmt: skip
    return bytes(record.local.get("magic", b"PK\x03\x04")) + numbers_ + raw + extra  # type: ignore[arg-type]


def _central(record: Record, facts: dict[str, int], start: int) -> bytes:
    known = {
        "name": record.name,
        "flags": record.flags,
        "method": record.method,
        "start": start,
        "attributes": 0,
        **facts,
    }
    known |= record.central
    raw = str(known["name"]).encode()
    return (
        struct.pack(
            "<4sHHHHHHIIIHHHHHII", b"PK\x01\x02", 0, 0, known["flags"], known["method"], 0, 0, known["crc"],
            known["packed"], known["size"], len(raw), 0, 0, 0, 0, known["attributes"], known["start"],
        )
        + raw
    )  # fmt: skip


def _end(count: int, size: int, offset: int, end: End) -> bytes:
    position = len(end.prefix) + offset + size
    count64 = count if end.count64 is None else end.count64
    count = count if end.count is None else end.count
    start = offset if end.offset is None else end.offset
    wide = struct.pack("<4sQHHIIQQQQ", b"PK\x06\x06", 44, 0, 0, 0, 0, count64, count64, size, offset)
    locator = struct.pack("<4sIQI", b"PK\x06\x07", 0, position, 1)
    last = struct.pack("<4sHHHHIIH", b"PK\x05\x06", 0, 0, count, count, size, start, len(end.comment))
    return wide + locator + last + end.comment + end.trailing


def floats(count: int) -> bytes:
    return struct.pack(f"<{count}f", *(index / 7 for index in range(count)))


def torch_records(pickle: bytes | None = None, **storages: bytes) -> list[Record]:
    """The records of a sound checkpoint with one 2x3 tensor; `s0`, `s1` and so on replace or add `data/0`, `data/1`."""
    held = {"s0": floats(6), **storages}
    return [
        Record("m/data.pkl", state_dict(w=Tensor()) if pickle is None else pickle),
        Record("m/.format_version", b"1"),
        Record("m/byteorder", b"little"),
        *(Record(f"m/data/{key[1:]}", data) for key, data in held.items() if data is not None),
        Record("m/version", b"3\n"),
    ]


def torch_zip(pickle: bytes | None = None, **storages: bytes) -> bytes:
    return write_zip(torch_records(pickle, **storages))
