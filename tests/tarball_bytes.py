"""Tar archives byte by byte, also such as no tar program would write."""

from __future__ import annotations

import gzip
import io
import random
import tarfile
import zlib
from collections.abc import Mapping
from dataclasses import dataclass, field

ROOT = "acme-models-0123456/"
END = bytes(1024)
LOAD = b"import torch\nmodel.load_state_dict(torch.load('w.pt'))\n"


def header(
    name: str | bytes,
    size: int | bytes = 0,
    *,
    kind: bytes = b"0",
    target: bytes = b"",
    mode: int = 0o644,
    checksum: bytes | None = None,
) -> bytes:
    """One block. `size` as bytes is written as it stands, such as a number in base 256 or nonsense."""
    raw = name.encode("utf-8", "surrogateescape") if isinstance(name, str) else name
    length = size if isinstance(size, bytes) else b"%011o\0" % size
    block = bytearray(512)
    block[0:100] = raw[:100].ljust(100, b"\0")
    block[100:108] = b"%07o\0" % mode
    block[108:124] = b"0000000\0" * 2
    block[124:136] = length.ljust(12, b"\0")
    block[136:148] = b"00000000000\0"
    block[148:156] = b" " * 8
    block[156:157] = kind
    block[157:257] = target.ljust(100, b"\0")
    block[257:265] = b"ustar\00000"
    block[148:156] = checksum or b"%06o\0 " % sum(block)
    return bytes(block)


def padded(data: bytes) -> bytes:
    return data + bytes(-len(data) % 512)


def entry(name: str | bytes, data: bytes = b"", **more: object) -> bytes:
    """A file below the archive's folder, unless the name begins with `/` or says where it is."""
    return header(name, len(data), **more) + padded(data)  # type: ignore[arg-type]


def inside(name: str, data: bytes = LOAD, **more: object) -> bytes:
    return entry(ROOT + name, data, **more)


def pax(records: Mapping[bytes, bytes] | bytes, *, kind: bytes = b"x") -> bytes:
    """An extended header; as bytes it is written as it stands."""
    if not isinstance(records, bytes):
        records = b"".join(_record(key, value) for key, value in records.items())
    return header("pax", len(records), kind=kind) + padded(records)


def _record(key: bytes, value: bytes) -> bytes:
    rest = b" " + key + b"=" + value + b"\n"
    length = len(rest) + 1
    while len(b"%d" % length) + len(rest) != length:
        length += 1
    return b"%d" % length + rest


def base256(number: int) -> bytes:
    return (number & ((1 << 96) - 1) | (1 << 95)).to_bytes(12, "big") if number >= 0 else b"\xff" * 12


def folder() -> bytes:
    return pax({b"comment": b"0" * 40}, kind=b"g") + header(ROOT, kind=b"5", mode=0o775)


def archive(*entries: bytes) -> bytes:
    return folder() + b"".join(entries) + END


def packed(data: bytes, *, level: int = 1) -> bytes:
    return gzip.compress(data, level, mtime=0)


def good() -> bytes:
    """What `git archive` and GitHub make, by Python's own tar."""
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w", format=tarfile.PAX_FORMAT) as tar:
        for name, data in {"train.py": LOAD, "a/b.py": b"x = 1\n"}.items():
            info = tarfile.TarInfo(ROOT + name)
            info.size = len(data)
            tar.addfile(info, io.BytesIO(data))
    return packed(out.getvalue())


def bomb(size: int) -> bytes:
    """A gzip of files of zeros, a megabyte each: a thousand bytes for each that is sent."""
    engine = zlib.compressobj(9, wbits=31)
    piece = bytes(1 << 20)
    parts = [engine.compress(folder())]
    parts += [engine.compress(header(f"{ROOT}{n}.bin", len(piece)) + piece) for n in range(size >> 20)]
    return b"".join([*parts, engine.compress(END), engine.flush()])


@dataclass(frozen=True)
class Case:
    """`refused` is a part of the reason for the whole archive; else the files and the unreadable that come out."""

    data: bytes = field(repr=False)
    refused: str = ""
    files: tuple[str, ...] = ("ok.py",)
    unreadable: Mapping[str, str] = field(default_factory=dict)


def _odd(name: str, reason: str, *entries: bytes) -> Case:
    return Case(packed(archive(*entries, inside("ok.py"))), unreadable={name: reason})


def _refused(reason: str, *entries: bytes) -> Case:
    return Case(packed(archive(*entries, inside("ok.py"))), refused=reason)


def hostile() -> dict[str, Case]:
    """Every archive that is not as it should be, and what is to become of it."""
    whole = packed(archive(inside("ok.py")))
    noise = random.Random(7).randbytes(200_000)
    return {
        # -- gzip
        "nothing": Case(b"", refused="truncated"),
        "a page of HTML": Case(b"<!DOCTYPE html><title>Sign in</title>" * 50, refused="not a gzip archive"),
        "gzip cut in its header": Case(whole[:6], refused="truncated"),
        "gzip cut in the middle": Case(packed(archive(inside("n.py", noise)))[:90_000], refused="truncated"),
        "gzip without its checksum": Case(whole[:-8], refused="truncated"),
        "gzip with a wrong checksum": Case(whole[:-8] + b"\1\2\3\4" + whole[-4:], refused="not a gzip archive"),
        "gzip with something behind it": Case(whole + b"more", refused="not a gzip archive"),
        "two gzip members": Case(packed(archive(inside("ok.py"))[:700]) + packed(archive(inside("ok.py"))[700:])),
        "ten thousand empty members": Case(packed(b"") * 10_000 + whole, refused="parts"),
        "a zip": Case(b"PK\3\4" + noise, refused="not a gzip archive"),
        # -- tar
        "gzip of noise": Case(packed(noise), refused="not a tar archive"),
        "tar cut in a header": Case(packed(archive(inside("ok.py"))[:1800]), refused="truncated"),
        "tar cut in a file": Case(packed(archive(inside("n.py", noise))[:100_000]), refused="truncated"),
        "tar without an end": Case(packed(folder() + inside("ok.py")), refused="truncated"),
        "a wrong checksum": _refused("checksum", inside("x.py", checksum=b"000001\0 ")),
        "a size that is no number": _refused("no", header(ROOT + "x.py", b"zzzzzzzzzzz\0")),
        "a size with digits octal has not": _refused("none", header(ROOT + "x.py", b"00000000098\0")),
        "a negative size": _refused("negative", header(ROOT + "x.py", base256(-1))),
        "a size of a zettabyte": _refused("says it has", header(ROOT + "x.py", base256(1 << 70))),
        "a file larger than is read": Case(
            packed(archive(inside("big.py", bytes(21 << 20)), inside("ok.py"))), unreadable={"big.py": "limit"}
        ),
        # -- extended headers
        "an extended header of gigabytes": _refused("extended header of", header("pax", 8 << 30, kind=b"x")),
        "a long name of gigabytes": _refused("extended header of", header("long", 8 << 30, kind=b"L")),
        "a long link of gigabytes": _refused("extended header of", header("long", 8 << 30, kind=b"K")),
        "an extended record of no length": _refused("makes no sense", pax(b"0 path=x\n")),
        "an extended record past its end": _refused("makes no sense", pax(b"999 path=x\n")),
        "an extended record that is none": _refused("makes no sense", pax(b"9 pathxx\n")),
        "an extended record without a number": _refused("no", pax(b"path=x\n")),
        "a hundred thousand records": Case(packed(archive(pax(b"6 a=b\n" * 100_000), inside("ok.py")))),
        "an extended size of petabytes": _refused("says it has", pax({b"size": b"9" * 16}), inside("x.py")),
        "an extended size that is none": _refused("none", pax({b"size": b"-1"}), inside("x.py")),
        "a global header that renames": _refused("global header", pax({b"path": b"x.py"}, kind=b"g")),
        "a global header that resizes": _refused("global header", pax({b"size": b"0"}, kind=b"g")),
        # -- names
        "an absolute path": _odd("/etc/cron.d/x.py", "absolute", entry("/etc/cron.d/x.py", LOAD)),
        "a path upwards": _odd(ROOT + "../../x.py", "leads out", entry(ROOT + "../../x.py", LOAD)),
        "a folder upwards": _odd("../x.py", "leads out", entry("../x.py", LOAD)),
        "a dot in a path": _odd(ROOT + "a/./x.py", "leads out", entry(ROOT + "a/./x.py", LOAD)),
        "an empty part of a path": _odd(ROOT + "a//x.py", "leads out", entry(ROOT + "a//x.py", LOAD)),
        "a long path upwards": _odd(
            ROOT + "../x.py", "leads out", pax({b"path": (ROOT + "../x.py").encode()}), inside("y.py")
        ),
        "another folder": _odd("other/x.py", "outside", entry("other/x.py", LOAD)),
        "a NUL in a name": _odd(
            ROOT + "a\\0.py", "NUL", pax({b"path": ROOT.encode() + b"a\0.py"}), inside("y.py")
        ),
        "a line break in a name": Case(packed(archive(inside("a\n::error::b.py"), inside("ok.py"))), files=("a\n::error::b.py", "ok.py")),
        "an escape in a name": Case(packed(archive(inside("\x1b[2Jb.py"), inside("ok.py"))), files=("\x1b[2Jb.py", "ok.py")),
        "a name that is no UTF-8": Case(packed(archive(inside("\udcff.py"), inside("ok.py"))), files=("ok.py", "\udcff.py")),
        "a path of a megabyte": _odd(
            (ROOT + "a" * 5_000)[:4096], "longer", pax({b"path": (ROOT + "a" * 5_000 + ".py").encode()}), inside("y.py")
        ),
        "the same file twice": _odd("x.py", "more than once", inside("x.py", b"safe = 1\n"), inside("x.py")),
        "a file and then a link of its name": _odd(
            "x.py", "more than once", inside("x.py"), header(ROOT + "x.py", kind=b"2", target=b"ok.py")
        ),
        # -- kinds
        "a hard link": _odd("x.py", "hard link", header(ROOT + "x.py", kind=b"1", target=b"/etc/passwd")),
        "a link to an absolute path": _odd("x.py", "leads out", header(ROOT + "x.py", kind=b"2", target=b"/etc/passwd")),
        "a link upwards": _odd("a/x.py", "leads out", header(ROOT + "a/x.py", kind=b"2", target=b"../../x")),
        "a link upwards of a long name": _odd(
            "x.py", "leads out", pax({b"linkpath": b"../" * 300}), header(ROOT + "x.py", kind=b"2", target=b"ok.py")
        ),
        "a link inside": Case(packed(archive(header(ROOT + "x.py", kind=b"2", target=b"ok.py"), inside("ok.py")))),
        "a link to itself": Case(packed(archive(header(ROOT + "x.py", kind=b"2", target=b"x.py"), inside("ok.py")))),
        "a link with content": _refused("no content", entry(ROOT + "x.py", LOAD, kind=b"2", target=b"ok.py")),
        "a hard link with content": _refused("no content", entry(ROOT + "x.py", LOAD, kind=b"1", target=b"ok.py")),
        "a character device": _odd("x.py", "device", header(ROOT + "x.py", kind=b"3")),
        "a block device": _odd("x.py", "device", header(ROOT + "x.py", kind=b"4")),
        "a pipe": _odd("x.py", "pipe", header(ROOT + "x.py", kind=b"6")),
        "a sparse file": _odd("x.py", "sparse", entry(ROOT + "x.py", LOAD, kind=b"S")),
        "a sparse file of pax": _odd(
            "x.py", "sparse", pax({b"GNU.sparse.size": b"9" * 15, b"GNU.sparse.major": b"1"}), inside("x.py")
        ),
        "a kind nobody knows": _odd("x.py", "unknown kind", entry(ROOT + "x.py", LOAD, kind=b"Z")),
        "a folder with content": _refused("no content", entry(ROOT + "d/", LOAD, kind=b"5")),
        # -- amounts
        "a million entries": Case(
            packed(folder()) + packed(header(ROOT + "d/", kind=b"5") * 2_000) * 500 + packed(END),
            refused="500,000 entries",
        ),
        "twelve thousand pipes": Case(
            packed(archive(*(header(f"{ROOT}{n}.py", kind=b"6") for n in range(12_000)))), refused="cannot be read"
        ),
    }  # fmt: skip
