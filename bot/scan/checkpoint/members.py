"""What may lie in an archive beside pickles and arrays: programs, and other people's model formats."""

from __future__ import annotations

import re
from collections.abc import Collection

from bot.scan.checkpoint.reader import Reader
from bot.scan.checkpoint.records import Entry

MACH_O = (b"\xcf\xfa\xed\xfe", b"\xce\xfa\xed\xfe", b"\xfe\xed\xfa\xcf", b"\xfe\xed\xfa\xce")
SOURCES = (".py", ".pyc", ".pyd", ".pth", ".sh", ".bat", ".ps1", ".js", ".jar", ".class")
"""Suffixes of what a program runs that finds the archive on its path (`.pth` with an import line)."""

OTHERS_FORMATS: tuple[tuple[str, tuple[str, ...], str], ...] = (
    ("keras", ("config.json", "metadata.json"), "a Keras archive, whose config.json may hold code (Lambda layers)"),
    ("skops", ("schema.json",), "a skops file, whose schema.json names what skops imports and calls"),
    ("torchserve", ("MAR-INF/MANIFEST.json",), "a TorchServe archive, which brings the handler that is run"),
    ("wheel", ("WHEEL",), "a Python package"),
)
"""Kind, the members that tell it, and what it is. The members' folder does not matter."""

WRITES = re.compile(rb"(?:torch\.(?:save|from_file)|aten[:.]{1,2}(?:save|from_file))\s*\(")
"""TorchScript operators that open a file by its name. Loading calls none; forward or __setstate__ may."""
CONTROL = re.compile(r"[\x00-\x08\x0e-\x1f\x7f]")


def native_code(reader: Reader, head: bytes) -> str:
    """`elf`, `windows-executable`, `mach-o` or `wasm` by what stands at the beginning; empty for anything else."""
    if head.startswith(b"\x7fELF"):
        return "elf"
    if head.startswith(MACH_O):
        return "mach-o"
    if head.startswith(b"\0asm\x01\0\0\0"):
        return "wasm"
    if head.startswith(b"MZ"):
        at = int.from_bytes(reader.read(0x3C, 4), "little")
        return "windows-executable" if reader.read(at, 4) == b"PE\0\0" else ""
    return ""


def others_format(names: Collection[str]) -> tuple[str, str]:
    """The kind of model archive that is not ours to judge, and what it is; empty where it is none of them."""
    if any("/.data/extern_modules" in f"/{name}" or "/.data/python_version" in f"/{name}" for name in names):
        return "torch-package", "a torch.package archive, whose Python sources are run when it is imported"
    for kind, marks, what in OTHERS_FORMATS:
        if all(any(f"/{name}".endswith(f"/{mark}") for name in names) for mark in marks):
            return kind, what
    return "", ""


def is_program(entry: Entry) -> bool:
    """By its name: source text has no magic number, and whoever imports from an archive goes by names as well."""
    return entry.size > 0 and entry.name.lower().endswith(SOURCES)


def is_text(data: bytes) -> bool:
    """Whether a member is a note, a licence or a number: nothing any reader unpickles."""
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError as broken:
        if broken.start < len(data) - 3:
            return False
        text = data[: broken.start].decode("utf-8")
    return not CONTROL.search(text)
