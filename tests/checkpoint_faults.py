"""Broken checkpoints, one fault each, with the rule that has to name it and the place it has to name."""

from __future__ import annotations

import bz2
import gzip
import io
import json
import struct
import tarfile
from collections.abc import Callable
from dataclasses import dataclass, replace

from tests.checkpoint_bytes import (
    PROTO2,
    STOP,
    End,
    Record,
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

CORRUPT, LIMITS, MAPPING = "CK103", "CK104", "CK105"


@dataclass(frozen=True)
class Case:
    """`where` has to stand in the finding: a byte, a record, or both; `says` as well."""

    name: str
    data: bytes
    rule: str
    where: str
    says: str = ""
    path: str = "model.pt"


_MAKERS: list[Callable[[], Case | list[Case]]] = []


def fault(maker: Callable[[], Case | list[Case]]) -> Callable[[], Case | list[Case]]:
    _MAKERS.append(maker)
    return maker


def all_cases() -> list[Case]:
    cases: list[Case] = []
    for maker in _MAKERS:
        made = maker()
        cases.extend(made if isinstance(made, list) else [made])
    return cases


def _with(index: int, **changes: object) -> bytes:
    """A sound archive with one record changed."""
    records = torch_records()
    records[index] = replace(records[index], **changes)  # type: ignore[arg-type]
    return write_zip(records)


DATA, ORDER, STORAGE, VERSION = 0, 2, 3, 4


@fault
def file_as_a_whole() -> list[Case]:
    sound = torch_zip()
    return [
        Case("empty", b"", CORRUPT, "byte 0", "empty"),
        Case("truncated in the middle", sound[: len(sound) // 2], CORRUPT, f"byte {len(sound) // 2}", "cut off"),
        Case("last byte missing", sound[:-1], CORRUPT, f"byte {len(sound) - 1}", "cut off"),
        Case("bytes before", write_zip(torch_records(), End(prefix=b"#!/bin/sh\n")), CORRUPT, "byte 0", "before"),
        Case("bytes after", sound + b"extra", CORRUPT, f"byte {len(sound)}", "after the end record"),
        Case("comment", write_zip(torch_records(), End(comment=b"hidden")), CORRUPT, f"byte {len(sound)}", "comment"),
        Case(
            "end record in a comment",
            write_zip(torch_records(), End(comment=sound[-22:])),
            CORRUPT,
            "byte",
            "",
        ),
        Case("garbage", bytes(range(7, 107)), CORRUPT, "byte 0", "no format"),
        Case("text", b"hello, this is no checkpoint\n", CORRUPT, "byte 0", "no format"),
        Case("png", b"\x89PNG\r\n\x1a\n" + bytes(40), CORRUPT, "byte 0", "png"),
        Case("7z", b"7z\xbc\xaf\x27\x1c" + bytes(40), CORRUPT, "byte 0", "7z"),
        Case("hdf5", b"\x89HDF\r\n\x1a\n" + bytes(40), CORRUPT, "byte 0", "hdf5"),
    ]


@fault
def local_header() -> list[Case]:
    at = "m/data/0"
    return [
        Case("local name", _with(STORAGE, local={"name": "m/data/9"}), CORRUPT, at, "'m/data/9'"),
        Case("local flags", _with(STORAGE, local={"flags": 0}), CORRUPT, at, "flags"),
        Case("local method", _with(STORAGE, local={"method": 8}), CORRUPT, at, "method"),
        Case("local size", _with(STORAGE, local={"size": 5, "flags": 0}, flags=0), CORRUPT, at, "size"),
        Case("local crc", _with(STORAGE, local={"crc": 7}), CORRUPT, at, "CRC"),
        Case("local magic", _with(STORAGE, local={"magic": b"PK\x03\x05"}), CORRUPT, at, "no local header"),
        Case("descriptor", _with(STORAGE, descriptor=b"PK\x07\x08" + bytes(12)), CORRUPT, at, "after the data"),
        Case("start beyond the file", _with(STORAGE, central={"start": 1 << 20}), CORRUPT, at, "no local header"),
    ]


@fault
def directory() -> list[Case]:
    records = torch_records()
    return [
        Case("encrypted flag", _with(DATA, flags=0x0809), CORRUPT, "m/data.pkl", "encrypted"),
        Case("strong encryption flag", _with(DATA, flags=0x0848), CORRUPT, "m/data.pkl", "encrypted"),
        Case("patch flag", _with(DATA, flags=0x0828), CORRUPT, "m/data.pkl", "patch"),
        Case("unknown method", _with(STORAGE, method=99), CORRUPT, "m/data/0", "method 99"),
        Case("folder bit", _with(STORAGE, central={"attributes": 0x10}), CORRUPT, "m/data/0", "folder"),
        Case("count too low", write_zip(records, End(count=3)), CORRUPT, "byte", "record count"),
        Case("count too high", write_zip(records, End(count64=9)), CORRUPT, "byte", "record"),
        Case("offset wrong", write_zip(records, End(offset=5)), CORRUPT, "byte", "offset"),
        Case("sizes differ", _with(STORAGE, central={"size": 99}), CORRUPT, "m/data/0", "stored, yet"),
        Case(
            "packed too long",
            _with(STORAGE, central={"packed": 1 << 20, "size": 1 << 20}),
            CORRUPT,
            "m/data/0",
            "after",
        ),
        Case(
            "gap before the directory", write_zip(records, End(gap=b"secret")), CORRUPT, "byte", "before the directory"
        ),
        Case("gap before a record", _with(STORAGE, before=b"secret"), CORRUPT, "m/data/0", "belong to none"),
    ]


@fault
def names() -> list[Case]:
    records = torch_records()
    return [
        Case("two data.pkl", write_zip([*records, records[DATA]]), CORRUPT, "m/data.pkl", "second record"),
        Case("two storages", write_zip([*records, records[STORAGE]]), CORRUPT, "m/data/0", "second record"),
        Case("traversal", write_zip([*records, Record("m/../../x", b"1")]), CORRUPT, "m/../../x", "out of the archive"),
        Case("absolute", write_zip([*records, Record("/etc/x", b"1")]), CORRUPT, "/etc/x", "out of the archive"),
        Case("backslash", write_zip([*records, Record("m\\x", b"1")]), CORRUPT, "m\\x", "out of the archive"),
        Case("case twins", write_zip([*records, Record("m/DATA.pkl", b"1")]), CORRUPT, "m/DATA.pkl", ""),
        Case("unreferenced storage", torch_zip(s7=floats(2)), CORRUPT, "m/data/7", "nothing refers"),
        Case("outside the folder", write_zip([*records, Record("n/x", b"1")]), CORRUPT, "n/x", "outside"),
        Case("second pickle", write_zip([*records, Record("m/b.pkl", state_dict())]), CORRUPT, "m/b.pkl", "beside"),
    ]


@fault
def contents() -> list[Case]:
    pickle = state_dict(w=Tensor())
    wrong = {"central": {"crc": 1}, "descriptor": b"PK\x07\x08" + struct.pack("<III", 1, len(pickle), len(pickle))}
    storage = {"central": {"crc": 1}, "descriptor": b"PK\x07\x08" + struct.pack("<III", 1, 24, 24)}
    return [
        Case("crc of the pickle", _with(DATA, **wrong), CORRUPT, "m/data.pkl", "CRC"),
        Case("crc of a storage", _with(STORAGE, **storage), CORRUPT, "m/data/0", "CRC"),
        Case("byteorder", _with(ORDER, data=b"middle"), CORRUPT, "m/byteorder", "middle"),
        Case("byteorder big", _with(ORDER, data=b"big"), MAPPING, "m/byteorder", "SIGSEGV"),
        Case("version", _with(VERSION, data=b"x"), CORRUPT, "m/version", "no number"),
        Case("no version", write_zip(torch_records()[:-1]), CORRUPT, "", "no version"),
        Case("deflated storage", _with(STORAGE, method=8), MAPPING, "m/data/0", "compressed"),
        Case("deflate bomb", _with(STORAGE, method=8, data=bytes(1 << 20)), LIMITS, "m/data/0", "over 200 times"),
        Case(
            "deflate broken", _with(STORAGE, central={"method": 8}, local={"method": 8}), CORRUPT, "m/data/0", "broken"
        ),
        Case("after STOP", torch_zip(pickle + b"extra"), CORRUPT, f"byte {len(pickle)}", "STOP"),
    ]


@fault
def storages() -> list[Case]:
    gone = [record for record in torch_records() if record.name != "m/data/0"]
    both = state_dict(a=Tensor(), b=Tensor(numel=3, size=(3,), stride=(1,)))
    return [
        Case("storage missing", write_zip(gone), CORRUPT, "m/data/0", "no record"),
        Case("storage too short", torch_zip(s0=floats(5)), CORRUPT, "m/data/0", "20 bytes"),
        Case("storage too long", torch_zip(s0=floats(7)), CORRUPT, "m/data/0", "28 bytes"),
        Case("storage declared twice", torch_zip(both), CORRUPT, "m/data.pkl, byte", "24 and 12"),
        Case("numel negative", _tensor(numel=-6), CORRUPT, "m/data.pkl, byte", "-6 elements"),
        Case("numel huge", _tensor(numel=1 << 70), CORRUPT, "m/data/0", "wants"),
        Case("storage type unknown", _tensor(kind="FloatStorag"), CORRUPT, "m/data.pkl, byte", "cannot be read"),
        Case("persistent id of something else", _tensor(tag="module"), CORRUPT, "m/data.pkl, byte", "no storage"),
    ]


def _tensor(**changes: object) -> bytes:
    return torch_zip(state_dict(w=replace(Tensor(), **changes)))  # type: ignore[arg-type]


@fault
def tensors() -> list[Case]:
    place = "m/data.pkl, byte"
    quantised = call(
        "torch._utils",
        "_rebuild_qtensor",
        Tensor(kind="QInt8Storage").storage()
        + number(0) + numbers((2, 3)) + numbers((3, 1))
        + b"(" + name("torch", "per_channel_affine") + b"](K\x01K\x01e](K\x00K\x00eK\x05t" + b"\x89" + b"}",
    )  # fmt: skip
    sparse = call("torch._utils", "_rebuild_sparse_tensor", b"N(" + Tensor().opcodes() * 2 + numbers((-5, 5)) + b"t")
    return [
        Case("out of bounds", _tensor(size=(2, 4)), CORRUPT, place, "'w' ends at byte 28"),
        Case("offset out of bounds", _tensor(offset=1), CORRUPT, place, "'w' ends"),
        Case("stride out of bounds", _tensor(stride=(9, 1)), CORRUPT, place, "'w' ends"),
        Case("device", _tensor(device="c\x01u"), CORRUPT, place, "no device's name"),
        Case(
            "arguments missing",
            torch_zip(state_dict(w=call("torch._utils", "_rebuild_tensor_v3", _four()))),
            CORRUPT,
            place,
            "TypeError",
        ),
        Case("negative size", _tensor(size=(-2, 3)), CORRUPT, place, "shape (-2, 3)"),
        Case("negative offset", _tensor(offset=-1), CORRUPT, place, "offset -1"),
        Case("negative stride", _tensor(stride=(-3, 1)), CORRUPT, place, "stride (-3, 1)"),
        Case("rank mismatch", _tensor(stride=(1,)), CORRUPT, place, "stride (1)"),
        Case("stride 0 giant", _tensor(size=(1 << 40, 3), stride=(0, 1)), LIMITS, place, "stride 0"),
        Case("size beyond 64 bits", _tensor(size=(1 << 80, 3)), CORRUPT, place, ""),
        Case("quantised axis", torch_zip(state_dict(w=quantised), s0=bytes(6)), CORRUPT, place, "axis 5"),
        Case("sparse index", sparse_file((0, 9), (2, 3)), CORRUPT, place, "index 9 in dimension 0"),
        Case("sparse index negative", sparse_file((0, -1), (2, 3)), CORRUPT, place, "index -1"),
        Case("sparse size", torch_zip(state_dict(w=sparse)), CORRUPT, place, "negative"),
        Case(
            "tensor without storage",
            torch_zip(state_dict(w=call("torch._utils", "_rebuild_tensor_v2", b"NK\x00))\x89}"))),
            CORRUPT,
            place,
            "no storage",
        ),
    ]


def sparse_file(rows: tuple[int, int], size: tuple[int, int]) -> bytes:
    """A COO tensor with two elements, at `rows` in column 0."""
    indices = Tensor("0", (2, 2), (2, 1), 0, 4, "LongStorage").opcodes()
    values = Tensor("1", (2,), (1,), 0, 2).opcodes()
    body = call("torch._utils", "_rebuild_sparse_tensor", b"N(" + indices + values + numbers(size) + b"t")
    return torch_zip(state_dict(w=body), s0=struct.pack("<4q", *rows, 0, 0), s1=floats(2))


def _four() -> bytes:
    return Tensor().storage() + number(0) + numbers((2, 3)) + numbers((3, 1))


@fault
def pickles() -> list[Case]:
    def broken(body: bytes) -> bytes:
        return torch_zip(PROTO2 + body)

    place = "m/data.pkl, byte"
    return [
        Case("no STOP", broken(b"}"), CORRUPT, f"{place} 3", "without STOP"),
        Case("unknown opcode", broken(b"}\xff."), CORRUPT, f"{place} 3", "0xff"),
        Case("empty stack", broken(b"R."), CORRUPT, f"{place} 2", "empty stack"),
        Case("no MARK", broken(b"t."), CORRUPT, f"{place} 2", "MARK"),
        Case("memo not set", broken(b"h\x05."), CORRUPT, f"{place} 2", "memo key 5"),
        Case("SETITEM on a tensor", broken(Tensor().opcodes() + b"NNs."), CORRUPT, place, "CVE-2026-24747"),
        Case("SETITEM on a tuple", broken(b")NNs."), CORRUPT, f"{place} 5", "CVE-2026-24747"),
        Case("SETITEMS with a key too many", broken(b"}(Nu."), CORRUPT, f"{place} 5", "no value"),
        Case("APPEND to a tuple", broken(b")Na."), CORRUPT, f"{place} 4", "no list"),
        Case("string cut off", broken(b"X\xff\x00\x00\x00abc"), CORRUPT, f"{place} 2", "cut off"),
        Case("text not UTF-8", broken(b"X\x01\x00\x00\x00\xff."), CORRUPT, f"{place} 2", "UTF-8"),
        Case("calls a number", broken(b"K\x01)R."), CORRUPT, f"{place} 5", "cannot be called"),
        Case("BUILD on a list", broken(b"]Nb."), CORRUPT, f"{place} 4", "no state"),
        Case("protocol 9", torch_zip(b"\x80\x09}."), CORRUPT, f"{place} 0", "protocol 9"),
        Case("frame over an opcode", torch_zip(_framed(5)), CORRUPT, place, "over the end of its frame"),
        Case("frame over the end", torch_zip(_framed(500)), CORRUPT, f"{place} 2", "frame of 500"),
        Case("integer text", broken(b"Iabc\n."), CORRUPT, f"{place} 2", "no integer"),
        Case("negative length", broken(b"T\xff\xff\xff\xff."), CORRUPT, f"{place} 2", "-1 bytes"),
    ]


def _framed(length: int) -> bytes:
    return b"\x80\x04\x95" + struct.pack("<Q", length) + text("abcdefgh") + STOP


@fault
def legacy() -> list[Case]:
    two = {"a": Tensor(), "b": Tensor("1")}
    sound = legacy_file(two)
    raw = struct.pack("<q", 6) + floats(6)
    return [
        Case("legacy cut off", sound[:-8], CORRUPT, f"byte {len(sound) - 8}", "8 bytes of storages"),
        Case("legacy one storage short", sound[:-40], CORRUPT, "byte", "ends before storage 1"),
        Case(
            "legacy wrong numel",
            legacy_file(two, storages=struct.pack("<q", 5) + raw * 2),
            CORRUPT,
            "byte",
            "5 elements",
        ),
        Case("legacy more behind", sound + b"x", CORRUPT, f"byte {len(sound)}", "after the last storage"),
        Case("legacy keys", legacy_file(two, keys=PROTO2 + b"]" + text("0") + b"a."), CORRUPT, "byte", "keys"),
        Case("legacy version", legacy_file(two, version=PROTO2 + b"K\x01."), CORRUPT, "byte", "1001"),
        Case("legacy byte order", legacy_file(two, system=PROTO2 + b"}."), CORRUPT, "", "little_endian"),
        Case("legacy out of bounds", legacy_file({"a": Tensor(size=(9, 9))}), CORRUPT, "byte", "ends at byte"),
        Case("legacy", sound, MAPPING, "", "legacy"),
    ]


def _safetensors(header: object, data: bytes = bytes(24)) -> bytes:
    raw = header if isinstance(header, bytes) else json.dumps(header).encode()
    return struct.pack("<Q", len(raw)) + raw + data


@fault
def safetensors() -> list[Case]:
    def entry(begin: int = 0, end: int = 24, **changes: object) -> dict[str, object]:
        return {"dtype": "F32", "shape": [2, 3], "data_offsets": [begin, end], **changes}

    path = "model.safetensors"
    one = b'"w": {"dtype":"F32","shape":[2,3],"data_offsets":[0,24]}'
    twice = b"{" + one + b"," + one + b"}"
    cases = {
        "header too long": (struct.pack("<Q", 1 << 33) + b"{}", "a header of"),
        "header no JSON": (_safetensors(b"{nope}"), "no JSON"),
        "name twice": (_safetensors(twice), "twice"),
        "overlap": (_safetensors({"a": entry(), "b": entry()}), "overlaps"),
        "hole": (_safetensors({"a": entry(), "b": entry(30, 54)}, bytes(54)), "unused"),
        "size": (_safetensors({"a": entry(0, 20)}, bytes(20)), "needs 24 bytes"),
        "dtype": (_safetensors({"a": entry(dtype="F99")}), "no readable dtype"),
        "negative shape": (_safetensors({"a": entry(shape=[-2, -3])}), "no readable"),
        "cut off": (_safetensors({"a": entry()}, bytes(20)), "cut off"),
        "more behind": (_safetensors({"a": entry()}, bytes(25)), "no tensor"),
        "metadata": (_safetensors({"__metadata__": {"x": 1}, "a": entry()}), "more than strings"),
    }
    made = [Case(f"safetensors {each}", data, CORRUPT, "", says, path) for each, (data, says) in cases.items()]
    return [*made, Case("named safetensors", torch_zip(), CORRUPT, "byte 0", "holds torch-zip", path)]


@fault
def numpy() -> list[Case]:
    def npy(header: bytes, data: bytes = b"") -> bytes:
        return b"\x93NUMPY\x01\x00" + struct.pack("<H", len(header)) + header + data

    sound = b"{'descr': '<f4', 'fortran_order': False, 'shape': (2, 3)}\n"
    return [
        Case("npy cut off", npy(sound, bytes(20)), CORRUPT, "byte", "20 are there", "a.npy"),
        Case("npy header", npy(b"__import__('os')"), CORRUPT, "byte 8", "no dictionary", "a.npy"),
        Case("npy header length", b"\x93NUMPY\x01\x00\xff\xff", CORRUPT, "byte 6", "header of", "a.npy"),
    ]


@fault
def pointers() -> list[Case]:
    lfs = b"version https://git-lfs.github.com/spec/v1\noid sha256:" + b"a" * 64 + b"\nsize 123456\n"
    dvc = b"outs:\n- md5: 0123456789abcdef0123456789abcdef\n  size: 10\n  path: model.pt\n"
    index = {"metadata": {}, "weight_map": {"a": "../../../etc/passwd"}}
    return [
        Case("LFS pointer", lfs, CORRUPT, "byte 0", "Git LFS pointer to 123,456 bytes"),
        Case("LFS pointer damaged", lfs[:60], CORRUPT, "byte 0", "damaged Git LFS"),
        Case("DVC file", dvc, CORRUPT, "byte 0", "DVC"),
        Case("Xet pointer", b"# xet version 0\nfilesize = 5\nhash = 'x'\n", CORRUPT, "byte 0", "Xet"),
        Case("hub link", b"../../blobs/" + b"a" * 64, CORRUPT, "byte 0", "hub"),
        Case("web page", b"<!DOCTYPE html><html>404</html>", CORRUPT, "byte 0", "web page"),
        Case("json", b'{"a": 1}', CORRUPT, "byte 0", "JSON"),
        Case("index leads out", json.dumps(index).encode(), CORRUPT, "byte 0", "leads out", "m.bin.index.json"),
    ]


@fault
def wrapped() -> list[Case]:
    packed = gzip.compress(torch_zip())
    deep = torch_zip()
    for _ in range(8):
        deep = write_zip([Record("inner.bin", deep)])
    return [
        Case("gzip", packed, MAPPING, "", "gzip"),
        Case("gzip cut off", packed[:-20], CORRUPT, "", "early"),
        Case("gzip bomb", gzip.compress(bytes(64 << 20)), LIMITS, "", "unpacks to more"),
        Case("bzip2 bomb", bz2.compress(bytes(64 << 20)), LIMITS, "", "unpacks to more"),
        Case("records over each other", _overlapping(), LIMITS, "", "over each other"),
        Case("nested too deep", deep, LIMITS, "inner.bin", "nested deeper"),
    ]


def _overlapping() -> bytes:
    """Two thousand names for the same bytes: a small file that would take long to check."""
    names = [
        Record(f"m/data/{index}", b"", central={"start": 0, "packed": 5000, "size": 5000}) for index in range(2000)
    ]
    return write_zip([Record("m/data.pkl", bytes(6000)), *names])


def make_tar(members: dict[str, bytes], **changes: object) -> bytes:
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w") as tar:
        for member, data in members.items():
            info = tarfile.TarInfo(member)
            info.size = len(data)
            for key, value in changes.items():
                setattr(info, key, value)
            tar.addfile(info, io.BytesIO(data))
    return out.getvalue()


@fault
def tars() -> list[Case]:
    sound = make_tar({"pickle": state_dict(), "tensors": b"", "storages": b""})
    link = make_tar({"a": b""}, type=tarfile.SYMTYPE, linkname="/etc/passwd")
    return [
        Case("tar", sound, MAPPING, "", "tar"),
        Case("tar cut off", make_tar({"a": bytes(5000)})[:2000], CORRUPT, "byte 0", "cut off", "m.tar"),
        Case("tar leads out", make_tar({"../x": b"1"}), CORRUPT, "../x", "out of the archive", "m.tar"),
        Case("tar link", link, CORRUPT, "a, byte 0", "link", "m.tar"),
    ]
