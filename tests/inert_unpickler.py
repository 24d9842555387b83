"""CPython's own unpickler with its hands tied: it imports nothing, calls nothing of ours, and writes down every name.

What Python would import is the truth the static reader is held against. Only `find_class` and the two other doors out
of a pickle are replaced; opcodes, stack, memo and frames are the standard library's own (`pickle._Unpickler`).
"""

from __future__ import annotations

import io
import pickle
import zipfile
from typing import Any

GROWS = b"\x96"
"""BYTEARRAY8 sets aside what it announces before it looks whether the bytes are there."""


class Inert:
    """Stands for whatever a pickle names, makes or is handed."""

    def __init__(self, *arguments: object, **keywords: object) -> None:
        return

    def __call__(self, *arguments: object, **keywords: object) -> Inert:
        return Inert()

    def __setitem__(self, key: object, value: object) -> None:
        return

    def append(self, value: object) -> None:
        return

    def extend(self, values: object) -> None:
        return

    def add(self, value: object) -> None:
        return

    def __setstate__(self, state: object) -> None:
        return


class _Unpickler(pickle._Unpickler):  # type: ignore[misc, name-defined]
    def __init__(self, data: bytes) -> None:
        super().__init__(io.BytesIO(data), encoding="latin1")
        self.seen: list[tuple[str, str]] = []

    def find_class(self, module: str, name: str) -> Any:
        self.seen.append((module, name))
        return type("Named", (Inert,), {})

    def persistent_load(self, pid: object) -> Any:
        return Inert()

    def get_extension(self, code: int) -> None:
        raise pickle.UnpicklingError("an extension code")


def names_python_sees(data: bytes) -> list[tuple[str, str]]:
    """What unpickling `data`, or a pickle in it if it is an archive, would import up to where Python stops."""
    if data.startswith(b"PK"):
        return [name for inner in _members(data) for name in _names(inner)]
    return _names(data)


def _names(data: bytes) -> list[tuple[str, str]]:
    if GROWS in data:
        return []
    unpickler = _Unpickler(data)
    try:
        unpickler.load()
    except Exception:
        return unpickler.seen
    return unpickler.seen


def _members(data: bytes) -> list[bytes]:
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            infos = [each for each in archive.infolist() if each.filename.endswith(".pkl") and each.file_size < 1 << 20]
            return [archive.read(each) for each in infos]
    except Exception:
        return []
